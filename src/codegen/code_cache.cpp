#include "codegen/code_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/checksum.h"
#include "base/files.h"
#include "tenon/log.h"

namespace tenon::codegen {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "tenoncd1";
constexpr std::string_view kSuffix = ".code";

// Everything in a file but the objects themselves: magic, checksum of the rest, length of the content,
// content.
struct Header {
  char magic[8];
  std::uint64_t sum;
  std::uint64_t content_bytes;
};

bool is_private(const std::string& folder) {
  struct stat status{};
  return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

bool make_private(const std::string& folder) {
  std::error_code error;
  fs::create_directories(fs::path(folder).parent_path(), error);
  mkdir(folder.c_str(), S_IRWXU);  // whether it is there, and how, is asked next
  return is_private(folder);
}

std::optional<std::string> standard_folder() {
  const auto setting = [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    return value && *value ? std::optional<std::string>(value) : std::nullopt;
  };
  if (const auto given = setting("TENON_CACHE_DIR")) return given;
  if (const auto caches = setting("XDG_CACHE_HOME")) return *caches + "/tenon/code";
  if (const auto home = setting("HOME")) return *home + "/.cache/tenon/code";
  return std::nullopt;
}

std::string joined(const std::string& content, Bytes object) {
  std::string rest = content;
  rest += text_of(object);
  Header header{{}, checksum(bytes_of(rest)), content.size()};
  std::copy(kMagic.begin(), kMagic.end(), header.magic);
  std::string file;
  append_value(file, header);
  return file + rest;
}

// The object in a file that is whole and of this content.
std::optional<std::string> object_in(const std::string& file, const std::string& content) {
  if (file.size() < sizeof(Header)) return std::nullopt;
  const auto header = load<Header>(bytes_of(file).data());
  const std::string_view rest = std::string_view(file).substr(sizeof header);
  const bool whole = std::string_view(header.magic, sizeof header.magic) == kMagic &&
                     header.content_bytes == content.size() && rest.starts_with(content) &&
                     checksum(bytes_of(rest)) == header.sum;
  return whole ? std::optional(std::string(rest.substr(content.size()))) : std::nullopt;
}

struct Entry {
  fs::path path;
  fs::file_time_type used;
  std::uint64_t bytes;
};

std::vector<Entry> entries_of(const std::string& folder) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator place(folder, error), end; !error && place != end; place.increment(error)) {
    if (place->path().extension() != kSuffix) continue;
    std::error_code gone;  // another process may be tidying, too
    const auto used = place->last_write_time(gone);
    const std::uint64_t bytes = gone ? 0 : place->file_size(gone);
    if (!gone) entries.push_back({place->path(), used, bytes});
  }
  return entries;
}

}  // namespace

std::optional<CodeCache> CodeCache::standard() {
  const char* const setting = std::getenv("TENON_CACHE");
  if (setting && std::string_view(setting) == "off") return std::nullopt;
  const auto folder = standard_folder();
  if (!folder) return std::nullopt;
  CodeCache cache(*folder);
  return cache.usable() ? std::optional(std::move(cache)) : std::nullopt;
}

CodeCache::CodeCache(std::string folder, std::uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes), usable_(make_private(folder_)) {
  if (!usable_)
    log(LogLevel::warn, "compiled code is not kept: '", folder_,
        "' is not a folder of this user alone (chmod 700 it, or set TENON_CACHE_DIR to another)");
}

std::string CodeCache::path_of(const std::string& content) const {
  std::string name;
  for (const std::uint64_t seed : {1, 2}) name += hexadecimal(checksum(bytes_of(content), seed));
  return folder_ + '/' + name + std::string(kSuffix);
}

std::optional<std::string> CodeCache::find(const std::string& content) const {
  const std::string path = path_of(content);
  if (!usable_ || !fs::is_regular_file(fs::symlink_status(path))) return std::nullopt;
  try {
    auto object = object_in(read_text(path), content);
    std::error_code unimportant;
    if (object)
      fs::last_write_time(path, fs::file_time_type::clock::now(), unimportant);
    else
      log(LogLevel::info, "'", path,
          "' in the cache of compiled code is damaged or another's: compiling anew");
    return object;
  } catch (const Error& error) {
    log(LogLevel::info, "the cache of compiled code: ", error.what());
    return std::nullopt;
  }
}

void CodeCache::store(const std::string& content, Bytes object) const {
  if (!usable_) return;
  try {
    write_atomically(path_of(content), joined(content, object));
    make_room();
  } catch (const Error& error) {
    log(LogLevel::warn, "compiled code is not kept: ", error.what());
  }
}

// What was used longest ago goes first, until a quarter is free.
void CodeCache::make_room() const {
  std::vector<Entry> entries = entries_of(folder_);
  std::uint64_t bytes = 0;
  for (const Entry& entry : entries) bytes += entry.bytes;
  if (bytes <= most_bytes_) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (bytes <= most_bytes_ / 4 * 3) return;
    std::error_code gone;
    if (fs::remove(entry.path, gone)) bytes -= entry.bytes;
  }
}

}  // namespace tenon::codegen
