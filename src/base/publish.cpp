// Temporary, sync, rename: how a file or a folder appears all at once.
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include <atomic>
#include <charconv>
#include <filesystem>
#include <random>

#include "base/descriptor.h"
#include "base/files.h"

namespace tenon {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kMark = ".tmp-";  // then the process, then a number: "w.bin.tmp-4711-3"

std::string temporary_name(const fs::path& target) {
  static std::atomic<unsigned> count{std::random_device{}()};  // another machine may have our process number
  for (;;) {
    std::string name = cat(target.native(), kMark, ::getpid(), "-", count++);
    struct stat status{};
    if (::lstat(name.c_str(), &status) != 0) return name;  // else: left by a process that had our number
  }
}

// What is at `path` (or will be) once links are followed: absolute, without a slash at its end.
fs::path resolve(const std::string& path) {
  std::error_code code;
  const fs::path real = fs::weakly_canonical(fs::absolute(path, code), code);
  if (code) fail_with_errno("write", path, code.value());
  return real.has_filename() ? real : real.parent_path();
}

// Removed again, whatever it is, unless it was published.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) : path_(temporary_name(target)) {}
  ~Temporary() {
    std::error_code ignored;  // nothing better can be done than to leave it to remove_leftovers
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const std::string& path() const { return path_; }
  void published() { path_.clear(); }

 private:
  std::string path_;
};

void sync_entry(const std::string& path, const std::string& shown) {
  const Descriptor file(path, O_RDONLY);
  if (!file.valid()) fail_with_errno("sync", shown);
  // Some file systems have no sync for folders and say EINVAL; they need none.
  if (::fsync(file.value()) != 0 && errno != EINVAL) fail_with_errno("sync", shown);
}

// Every file and folder below, then the folder itself.
void sync_tree(const std::string& folder, const std::string& shown) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() || entry.is_directory()) sync_entry(entry.path(), shown);
  sync_entry(folder, shown);
}

void replace_folder(Temporary& temporary, const fs::path& target, const std::string& shown) {
  if (::rename(temporary.path().c_str(), target.c_str()) == 0) return temporary.published();
  if (errno != ENOTEMPTY && errno != EEXIST) fail_with_errno("write", shown);
  // The two change places; what was there is then the temporary, which goes away.
  if (::renameat2(AT_FDCWD, temporary.path().c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
    fail_with_errno("replace the folder", shown);
}

bool is_running(pid_t process) { return ::kill(process, 0) == 0 || errno != ESRCH; }

// The process in "<name>.tmp-<process>-<number>", or 0 where this is no temporary of `name`.
pid_t writer_of(std::string_view entry, const std::string& name) {
  const std::string prefix = cat(name, kMark);
  if (!entry.starts_with(prefix)) return 0;
  entry.remove_prefix(prefix.size());
  pid_t process = 0;
  const auto [end, code] = std::from_chars(entry.data(), entry.data() + entry.size(), process);
  return code == std::errc{} && end != entry.data() + entry.size() && *end == '-' ? process : 0;
}
}  // namespace

void write_atomically(const std::string& path, const std::function<void(FileWriter&)>& writer, Sync sync) {
  const fs::path target = resolve(path);
  const fs::file_status status = fs::status(target);
  require(!fs::exists(status) || fs::is_regular_file(status), "cannot write '", path,
          "': it is there and is not a regular file");
  Temporary temporary(target);
  FileWriter file(temporary.path(), path);
  writer(file);
  file.close(sync);
  if (::rename(temporary.path().c_str(), target.c_str()) != 0) fail_with_errno("write", path);
  temporary.published();
  if (sync == Sync::yes) sync_entry(target.parent_path(), path);
}

void write_atomically(const std::string& path, std::string_view content, Sync sync) {
  write_atomically(path, [&](FileWriter& file) { file.write(content); }, sync);
}

void publish_folder(const std::string& path, const std::function<void(const std::string&)>& writer) {
  const fs::path target = resolve(path);
  Temporary temporary(target);
  if (::mkdir(temporary.path().c_str(), 0777) != 0) fail_with_errno("create", path);
  writer(temporary.path());
  sync_tree(temporary.path(), path);
  replace_folder(temporary, target, path);
  sync_entry(target.parent_path(), path);
}

void remove_leftovers(const std::string& path) {
  const fs::path target = resolve(path);
  std::error_code ignored;  // a folder that is not there holds no leftovers
  for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path(), ignored)) {
    const pid_t process = writer_of(entry.path().filename().string(), target.filename().string());
    if (process > 0 && !is_running(process)) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace tenon
