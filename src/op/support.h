// What the families of ops share: broadcasting and axes in type rules, wide arithmetic in kernels.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/convert.h"
#include "ir/op_table.h"
#include "tenon/op.h"

namespace tenon {

// Type rules.

// The dimensions that the given ones broadcast to (aligned at the right, 1 stretches). Two dimensions of
// which neither is known to be 1 or equal give the known one: whether they match is checked when they are
// concrete.
std::vector<Dim> broadcast_dims(const TypeContext& context, const std::vector<Dim>& a,
                                const std::vector<Dim>& b);
// Of all inputs; unranked where one of them is.
Type broadcast_type(const TypeContext& context, DType dtype);
// All inputs from `first` on have one element type.
void require_same_dtype(const TypeContext& context, std::size_t first = 0);
void require_float(const TypeContext& context, std::size_t input = 0);
// A possibly negative axis as one in [0, rank).
std::int64_t checked_axis(const TypeContext& context, std::int64_t axis, std::int64_t rank);
// Several, sorted, each once; an empty list means all of them.
Ints checked_axes(const TypeContext& context, const Ints& axes, std::int64_t rank);

// Kernels compute wide and round once: floats in double, integers in 64 bits, wrapping.

template <class T>
struct WideOf {
  using type = std::conditional_t<
      kIsFloat<T>, double,
      std::conditional_t<std::is_same_v<T, bool>, bool,
                         std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>>;
};
template <class T>
using Wide = typename WideOf<T>::type;

// The strides with which a tensor of `shape` is read as if broadcast to `to`: 0 along stretched axes.
Shape broadcast_strides(const Shape& shape, const Shape& to);

// Visits the positions of `shape` in row-major order, handing over the offset into each of N strided
// operands.
template <std::size_t N, class Visit>
void for_each_offset(const Shape& shape, const std::array<Shape, N>& strides, Visit&& visit) {
  if (element_count(shape) == 0) return;
  std::array<std::int64_t, N> offsets{};
  Shape position(shape.size(), 0);
  while (true) {
    visit(offsets);
    std::size_t axis = shape.size();
    for (;;) {
      if (axis-- == 0) return;
      for (std::size_t i = 0; i < N; ++i) offsets[i] += strides[i][axis];
      if (++position[axis] < shape[axis]) break;
      for (std::size_t i = 0; i < N; ++i) offsets[i] -= strides[i][axis] * shape[axis];
      position[axis] = 0;
    }
  }
}

// The families; each is a file of its own name.
void define_leaves(OpTable& table);
void define_elementwise(OpTable& table);
void define_reductions(OpTable& table);
void define_contractions(OpTable& table);
void define_pooling(OpTable& table);
void define_movement(OpTable& table);
void define_indexing(OpTable& table);
void define_selection(OpTable& table);
void define_shapes(OpTable& table);
void define_random(OpTable& table);
void define_bodies(OpTable& table);
void define_activations(OpTable& table);
void define_layers(OpTable& table);
void define_normalisation(OpTable& table);
void define_losses(OpTable& table);
void define_lowered(OpTable& table);

}  // namespace tenon
