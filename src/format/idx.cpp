#include "format/idx.h"

#include <array>

#include "base/files.h"
#include "format/source.h"

namespace tenon {

namespace {
DType element_type(std::byte code, const Source& source) {
  switch (std::to_integer<int>(code)) {
    case 0x08:
      return DType::u8;
    case 0x09:
      return DType::i8;
    case 0x0B:
      return DType::i16;
    case 0x0C:
      return DType::i32;
    case 0x0D:
      return DType::f32;
    case 0x0E:
      return DType::f64;
    default:
      fail_at(source.name(), 2, "expected the code of an IDX element type (8, 9, or 11 to 14), found ",
              std::to_integer<int>(code));
  }
}

std::int64_t read_dimension(Source& source) {
  std::array<std::byte, 4> digits;
  source.read_exactly(digits, "a dimension");
  std::int64_t value = 0;
  for (const std::byte digit : digits) value = value * 256 + std::to_integer<std::int64_t>(digit);
  return value;
}
}  // namespace

Tensor read_idx(Bytes bytes, std::string_view name) {
  const auto source = open_source(bytes, name);
  std::array<std::byte, 4> magic;  // 0, 0, element type, rank
  source->read_exactly(magic, "an IDX header");
  require_at(magic[0] == std::byte{0} && magic[1] == std::byte{0}, source->name(), 0,
             "expected an IDX file, which begins with two zero bytes");
  ElementLayout layout{.dtype = element_type(magic[2], *source), .big_endian = true};
  layout.shape.resize(std::to_integer<std::size_t>(magic[3]));
  for (std::int64_t& dim : layout.shape) dim = read_dimension(*source);
  Tensor tensor = read_elements(*source, layout);
  source->expect_end();
  return tensor;
}

Tensor read_idx(const std::string& path) { return read_idx(MappedFile::open(path)->bytes(), path); }

}  // namespace tenon
