#include "base/files.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/descriptor.h"

namespace tenon {

namespace {
Descriptor open_to_read(const std::string& path) {
  Descriptor file(path, O_RDONLY);
  if (!file.valid()) fail_with_errno("open", path);
  return file;
}

struct stat status_of(const Descriptor& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.value(), &status) != 0) fail_with_errno("read", path);
  return status;
}

// Up to `size` bytes; fewer only at the end of the file.
std::size_t read_some(const Descriptor& file, char* to, std::size_t size, const std::string& path) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file.value(), to + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with_errno("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}
}  // namespace

std::string read_text(const std::string& path) {
  const Descriptor file = open_to_read(path);
  // A pipe or a file of /proc says 0: the size is a hint, the end is where read says so.
  constexpr std::size_t kLargest = 16 << 20;
  std::size_t room = std::min(static_cast<std::size_t>(status_of(file, path).st_size) + 1, kLargest);
  std::string text;
  for (std::size_t size = 0;; room = std::max<std::size_t>(4096, size)) {
    text.resize(size + room);
    const std::size_t got = read_some(file, text.data() + size, room, path);
    size += got;
    if (got == room) continue;
    text.resize(size);
    return text;
  }
}

std::shared_ptr<MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor file = open_to_read(path);
  const struct stat status = status_of(file, path);
  if (S_ISDIR(status.st_mode)) fail_with_errno("read", path, EISDIR);
  require(S_ISREG(status.st_mode), "cannot map '", path, "': it is not a regular file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::shared_ptr<MappedFile>(new MappedFile({}));
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.value(), 0);
  if (data == MAP_FAILED) fail_with_errno("map", path);
  return std::shared_ptr<MappedFile>(new MappedFile({static_cast<std::byte*>(data), size}));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace tenon
