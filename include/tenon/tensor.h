// A tensor in host memory: dense, row-major, its storage shared by its copies.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenon/dtype.h"
#include "tenon/error.h"

namespace tenon {

using Shape = std::vector<std::int64_t>;

std::int64_t element_count(std::span<const std::int64_t> shape);  // throws where the product overflows
Shape row_major_strides(std::span<const std::int64_t> shape);

// Copying a Tensor copies the handle; `clone` copies the elements. Storage is aligned to 64 bytes.
class Tensor {
 public:
  Tensor() = default;  // no tensor at all; `defined()` is false

  static Tensor empty(DType dtype, Shape shape);  // elements undefined
  static Tensor zeros(DType dtype, Shape shape);
  static Tensor full(DType dtype, Shape shape, double value);
  // Memory that `owner` keeps alive (a mapped file, a caller's buffer when null); not copied.
  static Tensor wrap(DType dtype, Shape shape, void* data, std::shared_ptr<void> owner);

  template <class T>
  static Tensor of(Shape shape, std::span<const T> values);
  template <class T>
  static Tensor of(Shape shape, std::initializer_list<T> values) {
    return of<T>(std::move(shape), std::span<const T>(values.begin(), values.size()));
  }
  template <class T>
  static Tensor scalar(T value) {
    return of<T>({}, {value});
  }

  bool defined() const { return data_ != nullptr; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::int64_t rank() const { return static_cast<std::int64_t>(shape_.size()); }
  std::int64_t dim(std::int64_t axis) const {
    return shape_.at(static_cast<std::size_t>(axis < 0 ? axis + rank() : axis));
  }
  std::int64_t size() const { return size_; }
  std::size_t bytes() const { return static_cast<std::size_t>(size_) * size_of(dtype_); }

  void* raw() const { return data_.get(); }
  // The elements; T must be the tensor's own element type.
  template <class T>
  std::span<T> as() const {
    check_type(dtype_of<T>());
    return {static_cast<T*>(raw()), static_cast<std::size_t>(size_)};
  }
  // One element by its row-major position, converted. Convenient, not fast.
  double number(std::int64_t position = 0) const;
  void set_number(std::int64_t position, double value) const;

  Tensor reshape(Shape shape) const;                        // shares storage
  Tensor rows(std::int64_t begin, std::int64_t end) const;  // of the first axis; shares storage
  Tensor cast(DType dtype) const;                           // saturating from float to integer, NaN to 0
  Tensor clone() const;

 private:
  void check_type(DType wanted) const;

  DType dtype_ = DType::f32;
  Shape shape_;
  std::int64_t size_ = 0;
  std::shared_ptr<void> data_;
};

bool identical(const Tensor& a, const Tensor& b);  // same type, shape and bits
std::string to_string(const Tensor& tensor);       // type, shape and the first few elements

// Tensors with names, in an order that is kept: the columns of a data set, the weights in a file.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

const Tensor* find(const NamedTensors& tensors, std::string_view name);  // null where there is none

template <class T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
  Tensor tensor = empty(dtype_of<T>(), std::move(shape));
  require(tensor.size() == static_cast<std::int64_t>(values.size()), "a tensor of shape ", tensor.shape(),
          " needs ", tensor.size(), " values, not ", values.size());
  std::copy(values.begin(), values.end(), tensor.as<T>().begin());
  return tensor;
}

}  // namespace tenon
