#include "format/picture.h"

#include <algorithm>
#include <cctype>

#include "base/files.h"
#include "format/picture_size.h"

namespace tenon {

namespace {
bool ends_with(std::string_view path, std::string_view ending) {
  if (path.size() < ending.size()) return false;
  return std::ranges::equal(path.substr(path.size() - ending.size()), ending,
                            [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool begins_with(Bytes bytes, std::initializer_list<int> wanted) {
  return bytes.size() >= wanted.size() &&
         std::ranges::equal(bytes.first(wanted.size()), wanted,
                            [](std::byte a, int b) { return std::to_integer<int>(a) == b; });
}
}  // namespace

bool is_png(Bytes bytes) { return begins_with(bytes, {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}); }
bool is_jpeg(Bytes bytes) { return begins_with(bytes, {0xff, 0xd8, 0xff}); }

bool names_picture(std::string_view path) {
  return std::ranges::any_of(std::initializer_list<std::string_view>{".png", ".jpg", ".jpeg"},
                             [&](std::string_view ending) { return ends_with(path, ending); });
}

Tensor read_picture(const std::string& path, PictureChannels channels) {
  const auto file = MappedFile::open(path);
  if (is_png(file->bytes())) return read_png(file->bytes(), path, channels);
  if (is_jpeg(file->bytes())) return read_jpeg(file->bytes(), path, channels);
  fail_at(path, 0, "expected a PNG or a JPEG picture, which begin otherwise");
}

void check_picture_size(std::string_view name, std::int64_t height, std::int64_t width,
                        std::uint64_t most_pixels) {
  require(height > 0 && width > 0, "'", name, "': the picture has no pixels");
  require(height <= kMostPixels / width, "'", name, "': a picture of ", width, " x ", height,
          " pixels is larger than what is read, ", kMostPixels, " pixels");
  require(static_cast<std::uint64_t>(height * width) <= most_pixels, "'", name, "': the header promises ",
          width, " x ", height, " pixels, but the bytes that follow cannot hold more than ", most_pixels);
}

}  // namespace tenon
