// Shorthands of the case files.
#pragma once

#include "conformance/case.h"
#include "tenon/ops.h"

namespace tenon::conformance {

inline Bound ulps(double factor) { return {Bound::Kind::ulps, factor}; }
inline Bound near(double factor) { return {Bound::Kind::near, factor}; }
inline Bound sum(double factor) { return {Bound::Kind::sum, factor}; }

inline Input of(Shape shape, double low = -2, double high = 2) { return {std::move(shape), low, high}; }
inline Input with(Among among, Shape shape) { return {std::move(shape), -2, 2, among}; }
// Integers in [low, high).
inline Input integers(Shape shape, double low, double high, DType dtype = DType::i64) {
  return {std::move(shape), low, high, Among::nothing, dtype};
}
// Of this type, whatever the type under test: of integers all.
inline Input numbers_of(DType dtype, Shape shape) {
  if (is_float(dtype)) return {std::move(shape), -2, 2, Among::nothing, dtype};
  return integers(std::move(shape), dtype == DType::u8 ? 0 : -128, dtype == DType::u8 ? 256 : 128, dtype);
}

// A program of one result.
inline Write answer(std::function<Value(const Values&)> function) {
  return [function = std::move(function)](Graph&, const Values& x) { return Values{function(x)}; };
}

inline Write emitted(Op op, Attrs attrs = {}) {
  return [op, attrs = std::move(attrs)](Graph& graph, const Values& x) { return graph.emit(op, x, attrs); };
}

inline Ints reversed_axes(Shape shape) { return {shape.rbegin(), shape.rend()}; }

// The same on transposed inputs: what the op reads lies across memory.
inline Case seen_transposed(Case test) {
  test.label += ", transposed";
  for (Input& input : test.inputs) input.shape = reversed_axes(input.shape);
  test.write = [write = std::move(test.write)](Graph& graph, const Values& x) {
    Values turned;
    for (const Value& value : x) turned.push_back(value.rank() > 1 ? transpose(value) : value);
    return write(graph, turned);
  };
  return test;
}

}  // namespace tenon::conformance
