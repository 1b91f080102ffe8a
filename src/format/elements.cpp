#include "format/elements.h"

#include <algorithm>
#include <vector>

namespace tenon {

namespace {
template <class Word>
void reverse_words(const Tensor& tensor) {
  auto* at = static_cast<std::byte*>(tensor.raw());
  for (std::int64_t i = 0; i < tensor.size(); ++i, at += sizeof(Word)) std::reverse(at, at + sizeof(Word));
}

// Visits the elements of `to` in their order; `position` walks the element's place in the Fortran order.
template <class Word>
void gather_fortran(const Tensor& from, const Tensor& to) {
  const Shape& shape = from.shape();
  const auto* source = static_cast<const Word*>(from.raw());
  auto* out = static_cast<Word*>(to.raw());
  Shape strides(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) strides[axis] = strides[axis - 1] * shape[axis - 1];
  Shape index(shape.size(), 0);
  std::int64_t position = 0;
  for (std::int64_t i = 0; i < from.size(); ++i) {
    out[i] = source[position];
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      position += strides[axis];
      if (++index[axis] < shape[axis]) break;
      position -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

// Only the width of an element matters to what moves it.
template <class Visit>
void with_word(DType dtype, Visit&& visit) {
  switch (size_of(dtype)) {
    case 1:
      return visit.template operator()<std::uint8_t>();
    case 2:
      return visit.template operator()<std::uint16_t>();
    case 4:
      return visit.template operator()<std::uint32_t>();
    default:
      return visit.template operator()<std::uint64_t>();
  }
}
}  // namespace

std::optional<std::uint64_t> byte_count(DType dtype, const Shape& shape) {
  auto bytes = static_cast<std::int64_t>(size_of(dtype));
  for (const std::int64_t dim : shape)
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

void reverse_each_element(const Tensor& tensor) {
  with_word(tensor.dtype(), [&]<class Word>() { reverse_words<Word>(tensor); });
}

Tensor from_fortran_order(const Tensor& tensor) {
  Tensor result = Tensor::empty(tensor.dtype(), tensor.shape());
  with_word(tensor.dtype(), [&]<class Word>() { gather_fortran<Word>(tensor, result); });
  return result;
}

void check_booleans(const Tensor& tensor, std::string_view name, std::uint64_t offset) {
  if (tensor.dtype() != DType::boolean) return;
  const Bytes bytes = bytes_of(tensor);
  const auto bad = std::ranges::find_if(bytes, [](std::byte byte) { return byte > std::byte{1}; });
  const auto position = static_cast<std::uint64_t>(bad - bytes.begin());
  require_at(bad == bytes.end(), name, offset + position, "expected a bool, 0 or 1, found ",
             bad == bytes.end() ? 0 : std::to_integer<int>(*bad));
}

void refuse_duplicate_names(const NamedTensors& tensors, std::string_view file) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) fail("'", file, "': two tensors are called '", *twice, "'");
}

}  // namespace tenon
