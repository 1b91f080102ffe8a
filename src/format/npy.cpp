#include "format/npy.h"

#include <array>

#include "base/files.h"
#include "format/elements.h"
#include "format/npy_header.h"

namespace tenon {

namespace {
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint32_t kLongestHeader = 64 * 1024;
constexpr std::int64_t kHighestRank = 64;
constexpr std::size_t kAlignment = 64;  // of the elements, so that NumPy can map them

// The bytes of the dictionary: 16 bits say how many in version 1, 32 bits in 2 and 3.
std::uint32_t read_header_length(Source& source) {
  std::array<std::byte, 8> magic;
  source.read_exactly(magic, "an NPY header");
  require_at(text_of(magic).starts_with(kMagic), source.name(), 0,
             "expected an NPY file, which begins with \\x93NUMPY");
  const int version = std::to_integer<int>(magic[6]);
  require_at(version >= 1 && version <= 3, source.name(), 6, "expected NPY version 1, 2 or 3, found ",
             version);
  std::array<std::byte, 4> length{};
  source.read_exactly(std::span(length).first(version == 1 ? 2 : 4), "the length of the NPY header");
  return load<std::uint32_t>(length.data());
}

// As Python writes a tuple: "()", "(3,)", "(3, 4)".
std::string python_tuple(const Shape& shape) {
  std::string text;
  for (const std::int64_t dim : shape) text += cat(text.empty() ? "" : " ", dim, ",");
  if (shape.size() > 1) text.pop_back();
  return cat("(", text, ")");
}
}  // namespace

Tensor read_npy(Source& source) {
  const std::uint32_t length = read_header_length(source);
  if (length > std::min<std::uint64_t>(kLongestHeader, source.at_most()))
    source.fail_here("an NPY header of ", length, " bytes cannot be right");
  const std::uint64_t begin = source.offset();
  std::string text(length, '\0');
  source.read_exactly(std::as_writable_bytes(std::span(text)), "the NPY header");
  Tensor tensor = read_elements(source, parse_npy_header(text, source.name(), begin));
  source.expect_end();
  return tensor;
}

Tensor read_npy(Bytes bytes, std::string_view name) { return read_npy(*open_source(bytes, name)); }
Tensor read_npy(const std::string& path) { return read_npy(MappedFile::open(path)->bytes(), path); }

std::string npy_header(const Tensor& tensor) {
  require(tensor.rank() <= kHighestRank, "an NPY file holds at most ", kHighestRank, " dimensions, not ",
          tensor.rank());
  std::string text = cat("{'descr': '", npy_descr(tensor.dtype()),
                         "', 'fortran_order': False, 'shape': ", python_tuple(tensor.shape()), ", }");
  constexpr std::size_t kBefore = 10;  // magic, version, length
  const std::size_t whole = (kBefore + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.resize(whole - kBefore - 1, ' ');
  text.push_back('\n');
  const auto length = static_cast<std::uint16_t>(text.size());
  return cat(kMagic, '\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8), text);
}

void write_npy(const std::string& path, const Tensor& tensor) {
  write_atomically(path, [&](FileWriter& file) {
    file.write(npy_header(tensor));
    file.write(bytes_of(tensor));
  });
}

}  // namespace tenon
