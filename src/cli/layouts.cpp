#include "cli/layouts.h"

#include <cstring>

namespace tenon::cli {

namespace {
bool are_channels(Dim dim) { return dim.is(1) || dim.is(3); }

bool fits(const Shape& shape, const Type& type) {
  bool matches = static_cast<std::int64_t>(shape.size()) == type.rank();
  for (std::size_t axis = 0; matches && axis < shape.size(); ++axis)
    matches = !type.dims[axis].is_constant() || type.dims[axis].is(shape[axis]);
  return matches;
}

// Each item from [rows, columns] to [columns, rows]; `shape` is what the result is called.
Tensor transposed(const Tensor& items, std::int64_t rows, std::int64_t columns, Shape shape) {
  Tensor result = Tensor::empty(items.dtype(), std::move(shape));
  const std::size_t size = size_of(items.dtype());
  const auto* from = static_cast<const std::byte*>(items.raw());
  auto* const to = static_cast<std::byte*>(result.raw());
  for (std::int64_t item = 0; item < items.dim(0); ++item)
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column, from += size)
        std::memcpy(to + static_cast<std::size_t>((item * columns + column) * rows + row) * size, from, size);
  return result;
}

Tensor channels_last(const Tensor& items) {
  const Shape& shape = items.shape();
  return transposed(items, shape[1], shape[2] * shape[3], {shape[0], shape[2], shape[3], shape[1]});
}

Tensor channels_first(const Tensor& items) {
  const Shape& shape = items.shape();
  return transposed(items, shape[1] * shape[2], shape[3], {shape[0], shape[3], shape[1], shape[2]});
}

// In each layout that the items can have without being another picture.
std::vector<Tensor> arrangements(const Tensor& items) {
  std::vector<Tensor> all;
  const Shape& shape = items.shape();
  if (shape.size() == 3)
    all = {items.reshape({shape[0], 1, shape[1], shape[2]}),
           items.reshape({shape[0], shape[1], shape[2], 1})};
  if (shape.size() == 4 && layout_of(Type::of(items)) == nn::Layout::nhwc) {
    all = {channels_first(items)};
    if (shape[3] == 1) all.push_back(items.reshape({shape[0], shape[1], shape[2]}));
  } else if (shape.size() == 4) {
    all = {channels_last(items)};
    if (shape[1] == 1) all.push_back(items.reshape({shape[0], shape[2], shape[3]}));
  }
  return all;
}
}  // namespace

nn::Layout layout_of(const Type& type) {
  if (type.rank() == 3) return nn::Layout::nhw;
  const bool last = type.rank() == 4 && are_channels(type.dims[3]) && !are_channels(type.dims[1]);
  return last ? nn::Layout::nhwc : nn::Layout::nchw;
}

Tensor arranged(const Tensor& items, const Type& input) {
  if (fits(items.shape(), input) || items.rank() < 2) return items;
  for (const Tensor& arrangement : arrangements(items))
    if (fits(arrangement.shape(), input)) return arrangement;
  const Shape flat{items.dim(0), items.dim(0) == 0 ? 0 : items.size() / items.dim(0)};
  return fits(flat, input) ? items.reshape(flat) : items;
}

Tensor as_picture(const Tensor& item, nn::Layout layout) {
  const Shape& shape = item.shape();
  if (layout == nn::Layout::nhw) return item.reshape({shape[1], shape[2], 1});
  const Tensor last = layout == nn::Layout::nhwc ? item : channels_last(item);
  return last.reshape({last.dim(1), last.dim(2), last.dim(3)});
}

}  // namespace tenon::cli
