#include "tenon/tensor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/convert.h"

namespace tenon {

namespace {
constexpr std::size_t kAlignment = 64;

std::shared_ptr<void> allocate(std::size_t bytes) {
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
  void* data = std::aligned_alloc(kAlignment, rounded);
  if (!data) fail("out of memory: a tensor of ", bytes, " bytes could not be allocated");
  return {data, std::free};
}
}  // namespace

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    require(dim >= 0, "a dimension is negative: ", dim);
    if (__builtin_mul_overflow(count, dim, &count))
      fail("shape ", Shape(shape.begin(), shape.end()), " is too large");
  }
  return count;
}

Shape row_major_strides(std::span<const std::int64_t> shape) {
  Shape strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) strides[i] = stride;
  return strides;
}

Tensor Tensor::wrap(DType dtype, Shape shape, void* data, std::shared_ptr<void> owner) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.size_ = element_count(shape);
  std::int64_t bytes = 0;
  require(!__builtin_mul_overflow(tensor.size_, static_cast<std::int64_t>(size_of(dtype)), &bytes), "shape ",
          shape, " of ", dtype, " is too large");
  tensor.shape_ = std::move(shape);
  tensor.data_ = std::shared_ptr<void>(std::move(owner), data);
  return tensor;
}

Tensor Tensor::empty(DType dtype, Shape shape) {
  Tensor tensor = wrap(dtype, std::move(shape), nullptr, nullptr);
  tensor.data_ = allocate(tensor.bytes());
  return tensor;
}

Tensor Tensor::zeros(DType dtype, Shape shape) {
  Tensor tensor = empty(dtype, std::move(shape));
  std::memset(tensor.raw(), 0, tensor.bytes());
  return tensor;
}

Tensor Tensor::full(DType dtype, Shape shape, double value) {
  Tensor tensor = empty(dtype, std::move(shape));
  with_type(dtype, [&]<class T>() {
    for (T& element : tensor.as<T>()) element = convert<T>(value);
  });
  return tensor;
}

double Tensor::number(std::int64_t position) const {
  return with_type(dtype_,
                   [&]<class T>() { return convert<double>(as<T>()[static_cast<std::size_t>(position)]); });
}

void Tensor::set_number(std::int64_t position, double value) const {
  with_type(dtype_, [&]<class T>() { as<T>()[static_cast<std::size_t>(position)] = convert<T>(value); });
}

Tensor Tensor::reshape(Shape shape) const {
  require(element_count(shape) == size_, "cannot reshape ", shape_, " to ", shape,
          ": the element counts differ");
  Tensor tensor = *this;
  tensor.shape_ = std::move(shape);
  return tensor;
}

Tensor Tensor::rows(std::int64_t begin, std::int64_t end) const {
  require(rank() > 0 && 0 <= begin && begin <= end && end <= dim(0), "rows ", begin, " to ", end,
          " are not in a tensor of shape ", shape_);
  Shape shape = shape_;
  shape[0] = end - begin;
  const std::size_t row_bytes = dim(0) ? bytes() / static_cast<std::size_t>(dim(0)) : 0;
  return wrap(dtype_, std::move(shape),
              static_cast<std::byte*>(raw()) + row_bytes * static_cast<std::size_t>(begin), data_);
}

Tensor Tensor::cast(DType dtype) const {
  if (dtype == dtype_) return clone();
  Tensor result = empty(dtype, shape_);
  with_type(dtype_, [&]<class From>() {
    with_type(dtype, [&]<class To>() {
      const auto from = as<From>();
      const auto to = result.as<To>();
      for (std::size_t i = 0; i < from.size(); ++i) to[i] = convert<To>(from[i]);
    });
  });
  return result;
}

Tensor Tensor::clone() const {
  Tensor copy = empty(dtype_, shape_);
  if (bytes()) std::memcpy(copy.raw(), raw(), bytes());
  return copy;
}

void Tensor::check_type(DType wanted) const {
  require(wanted == dtype_, "a tensor of ", dtype_, " was read as ", wanted);
}

bool identical(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         (a.bytes() == 0 || std::memcmp(a.raw(), b.raw(), a.bytes()) == 0);
}

std::string to_string(const Tensor& tensor) {
  constexpr std::int64_t kShown = 8;
  std::string out = cat(tensor.dtype(), tensor.shape(), " {");
  for (std::int64_t i = 0; i < std::min(tensor.size(), kShown); ++i)
    out += cat(i ? ", " : "", tensor.number(i));
  return out + (tensor.size() > kShown ? ", …}" : "}");
}

const Tensor* find(const NamedTensors& tensors, std::string_view name) {
  const auto found = std::ranges::find(tensors, name, &NamedTensors::value_type::first);
  return found == tensors.end() ? nullptr : &found->second;
}

}  // namespace tenon
