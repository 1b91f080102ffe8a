// Kernels compute wide and round once: floats in double, integers in 64 bits, wrapping. A tensor is widened
// by a cast to its wide type and narrowed by a cast back, so that a kernel is written for four types and not
// for thirteen.
#pragma once

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "op/support.h"

namespace tenon {

DType wide_dtype(DType dtype);                // f64, i64, u64 or bool
Tensor widen(const Tensor& tensor);           // shares storage where the tensor is wide already
Tensor narrow(const Tensor& t, DType dtype);  // shares storage where nothing is to be done

// Calls visit.template operator()<W>() with the C++ type of `wide`.
template <class Visit>
decltype(auto) with_wide(DType wide, Visit&& visit) {
  switch (wide) {
    case DType::f64:
      return visit.template operator()<double>();
    case DType::i64:
      return visit.template operator()<std::int64_t>();
    case DType::u64:
      return visit.template operator()<std::uint64_t>();
    default:
      return visit.template operator()<bool>();
  }
}

// The shape to walk through: one axis where no operand is stretched, as then all lie side by side.
Shape walked_shape(std::span<const Tensor> inputs, const Shape& shape);

// The function at each position of `shape`, to which the inputs broadcast; each is widened, the result is
// wide.
template <class R, class... W>
Tensor map_wide(R (*function)(W...), std::span<const Tensor> inputs, const Shape& shape) {
  const Shape walked = walked_shape(inputs, shape);
  const Tensor result = Tensor::empty(dtype_of<R>(), shape);
  R* out = result.as<R>().data();
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::array wide{widen(inputs[I])...};
    const std::tuple operands{wide[I].template as<W>().data()...};
    const std::array strides{walked == shape ? broadcast_strides(inputs[I].shape(), shape) : Shape{1}...};
    for_each_offset(walked, strides,
                    [&](const auto& at) { *out++ = function(std::get<I>(operands)[at[I]]...); });
  }(std::index_sequence_for<W...>{});
  return result;
}

// A function for each kind of wide number. Where one is absent, the op does not take that kind of type.
template <template <class> class Function>
struct ByKind {
  Function<double> real = nullptr;
  Function<std::int64_t> integer = nullptr;
  Function<std::uint64_t> natural = nullptr;
  Function<bool> truth = nullptr;

  template <class W>
  Function<W> of() const {
    if constexpr (std::is_same_v<W, double>)
      return real;
    else if constexpr (std::is_same_v<W, std::int64_t>)
      return integer;
    else if constexpr (std::is_same_v<W, std::uint64_t>)
      return natural;
    else
      return truth;
  }
  bool takes(DType dtype) const {
    return with_wide(wide_dtype(dtype), [&]<class W>() { return of<W>() != nullptr; });
  }
};

template <class W>
using Unary = W (*)(W);
template <class W>
using Binary = W (*)(W, W);
template <class W>
using Comparison = bool (*)(W, W);

// From one generic function without captures.
template <template <class> class Function>
constexpr ByKind<Function> numbers(auto function) {
  return {.real = function, .integer = function, .natural = function};
}
template <template <class> class Function>
constexpr ByKind<Function> everything(auto function) {
  return {.real = function, .integer = function, .natural = function, .truth = function};
}
template <template <class> class Function>
constexpr ByKind<Function> bits(auto function) {
  return {.integer = function, .natural = function, .truth = function};
}

void require_taken(const TypeContext& context, bool taken, std::size_t input = 0);

// Integers wrap: their arithmetic is done unsigned.
template <class W>
auto modular(W x) {
  if constexpr (std::is_same_v<W, std::int64_t>)
    return static_cast<std::uint64_t>(x);
  else
    return x;
}

inline constexpr auto kAdd = []<class W>(W a, W b) { return static_cast<W>(modular(a) + modular(b)); };
inline constexpr auto kMultiply = []<class W>(W a, W b) { return static_cast<W>(modular(a) * modular(b)); };
// NaN wins: it is the only number that is not itself.
inline constexpr auto kLarger = []<class W>(W a, W b) { return a > b || a != a ? a : b; };
inline constexpr auto kSmaller = []<class W>(W a, W b) { return a < b || a != a ? a : b; };

}  // namespace tenon
