#include "onnx/external.h"

#include <sys/stat.h>

#include <charconv>
#include <filesystem>

#include "base/files.h"
#include "onnx/fields.h"

namespace tenon::onnx {

namespace {
std::uint64_t parse_count(const Origin& origin, std::string_view text, std::string_view what) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require_at(error == std::errc() && end == text.data() + text.size(), origin.name, origin.offset_of(text),
             "the ", what, " of external data is no number: '", text, "'");
  return value;
}

// A hard link may name a file from anywhere, and nothing shows where: it is refused like a symbolic one.
void require_plain(const std::filesystem::path& path, const std::string& shown) {
  struct stat status{};
  require(::lstat(path.c_str(), &status) == 0, shown, " is not there");
  require(S_ISREG(status.st_mode), shown, " is no plain file");
  require(status.st_nlink == 1, shown, " has another name elsewhere (a hard link), so it is not read");
}

std::filesystem::path inside(const Origin& origin, std::string_view tensor, std::string_view location) {
  require(location.find('\0') == std::string_view::npos, "'", origin.name, "': tensor '", tensor,
          "': external data has a name with a zero byte in it");
  const std::string shown = cat("'", origin.name, "': tensor '", tensor, "': external data '", location, "'");
  require(!origin.folder.empty(), shown, " cannot be read: the model has no folder");
  const std::filesystem::path relative(location);
  require(!location.empty() && relative.is_relative(), shown, " must be a path within the model's folder");
  std::filesystem::path path = origin.folder;
  for (const auto& part : relative) {
    require(part != "..", shown, " leads out of the model's folder");
    path /= part;
    require(!std::filesystem::is_symlink(std::filesystem::symlink_status(path)), shown,
            " goes through a symbolic link");
  }
  require_plain(path, shown);
  return path;
}
}  // namespace

void read_external(const Origin& origin, std::string_view message, ExternalData& external) {
  std::string_view key, value;
  for (Field field(origin, message); field.next();) {
    if (field.number() == 1) key = field.view();
    if (field.number() == 2) value = field.view();
  }
  if (key == "location") external.location = value;
  if (key == "offset") external.offset = parse_count(origin, value, key);
  if (key == "length") external.length = parse_count(origin, value, key);
}

OwnedBytes load_external(const Origin& origin, std::string_view tensor, const ExternalData& external) {
  const std::filesystem::path path = inside(origin, tensor, external.location);
  const auto file = MappedFile::open(path.string());
  const std::size_t size = file->bytes().size();
  require(external.offset <= size && external.length.value_or(0) <= size - external.offset, "'",
          path.string(), "': tensor '", tensor, "' of '", origin.name, "' lies behind its end: it has ", size,
          " bytes");
  const std::size_t offset = static_cast<std::size_t>(external.offset);
  origin.budget->add_file(static_cast<std::size_t>(external.length.value_or(size - offset)));
  return {file->bytes().subspan(offset, static_cast<std::size_t>(external.length.value_or(size - offset))),
          file};
}

}  // namespace tenon::onnx
