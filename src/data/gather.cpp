#include "data/gather.h"

#include <cstring>

namespace tenon {

namespace {
// With the size known, each copy is a load and a store; labels and short vectors are mostly such.
template <std::size_t kSize>
void gather_fixed(const std::byte* from, std::span<const std::int64_t> rows, std::byte* to) {
  for (const std::int64_t row : rows) {
    std::memcpy(to, from + static_cast<std::size_t>(row) * kSize, kSize);
    to += kSize;
  }
}

void gather_any(const std::byte* from, std::span<const std::int64_t> rows, std::byte* to, std::size_t size) {
  for (const std::int64_t row : rows) {
    std::memcpy(to, from + static_cast<std::size_t>(row) * size, size);
    to += size;
  }
}
}  // namespace

void gather_rows(const Tensor& from, std::span<const std::int64_t> rows, const Tensor& to) {
  if (rows.empty()) return;
  const std::size_t size = from.bytes() / static_cast<std::size_t>(from.dim(0));
  const auto* source = static_cast<const std::byte*>(from.raw());
  auto* out = static_cast<std::byte*>(to.raw());
  switch (size) {
    case 1:
      return gather_fixed<1>(source, rows, out);
    case 4:
      return gather_fixed<4>(source, rows, out);
    case 8:
      return gather_fixed<8>(source, rows, out);
    default:
      return gather_any(source, rows, out, size);
  }
}

}  // namespace tenon
