#include "onnx/einsum.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Determinants and Einstein sums.
namespace tenon::onnx {

namespace {
constexpr std::int64_t kLargestDeterminant = 64;

struct Elimination {
  Value rest;   // [matrices, n - 1, n - 1]
  Value pivot;  // [matrices, 1, 1], its sign turned where rows were exchanged
};

// The row with the largest first element comes first, and is taken from the others so that their first
// elements vanish.
Elimination eliminate(const Call& call, Value a) {
  const Value column = slice(a, {{2, 0, 1}});
  const Value largest = arg_max(abs(column), 1, true);
  const Value is_largest = equal(places_along(call, a, 1), largest);
  const Value row = reduce_sum(select(is_largest, a, 0.0), {1}, true);
  const Value pivot = slice(row, {{2, 0, 1}});
  const Value others = slice(select(is_largest, slice(a, {{1, 0, 1}}), a), {{1, 1}});
  const Value factors = slice(others, {{2, 0, 1}}) / select(equal(pivot, 0.0), 1.0, pivot);
  const Value rest = slice(others, {{2, 1}}) - factors * slice(row, {{2, 1}});
  return {rest, select(equal(largest, 0.0), pivot, neg(pivot))};
}

std::vector<Item> determinant(const Call& call) {
  const Value x = call.input(0);
  call.require(x.rank() >= 2, "it needs a matrix");
  const Dim size = x.type().dims.back();
  call.require(size.is_constant() && size.constant() >= 1 && size.constant() <= kLargestDeterminant,
               "its matrices must be of a known size of at most ", kLargestDeterminant);
  const std::int64_t n = size.constant();
  Value rest = reshape(x, Ints{-1, n, n});
  Value product;
  for (std::int64_t i = 0; i < n; ++i) {
    const Elimination step = eliminate(call, rest);
    product = product.defined() ? product * step.pivot : step.pivot;
    if (i + 1 < n) rest = step.rest;
  }
  return {reshaped(call, product, part(call, sizes_of(call, x), 0, x.rank() - 2))};
}

std::vector<Item> einstein_sum(const Call& call) {
  return {einsum(call, call.text("equation", ""), call.inputs())};
}
}  // namespace

void add_algebra_rules(Rules& rules) {
  rules.add("Det", determinant);
  rules.add("Einsum", einstein_sum);
}

}  // namespace tenon::onnx
