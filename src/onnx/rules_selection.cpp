#include <limits>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "tenon/ops/selection.h"

// Ops whose results are as long as their elements say.
namespace tenon::onnx {

namespace {
std::vector<Item> places_of_nonzero(const Call& call) { return {nonzero(call.input(0))}; }

// The slices along the axis, or the elements of flat data, where the condition holds.
std::vector<Item> compressing(const Call& call) {
  const Value x = call.input(0);
  const Value places = flat(nonzero(call.input(1)));
  return {call.has_attribute("axis") ? gather(x, places, call.integer("axis")) : gather(flat(x), places)};
}

std::vector<Item> every_value_once(const Call& call) {
  UniqueOptions options;
  if (call.has_attribute("axis")) options.axis = call.integer("axis");
  options.sorted = call.flag("sorted", true);
  const Unique found = unique(call.input(0), options);
  return {found.values, found.first, found.inverse, found.counts};
}

std::vector<Item> best_boxes(const Call& call) {
  const Value boxes = call.input(0), scores = call.input(1);
  const auto one = [&](std::size_t input, Value otherwise) {
    return call.has(input) ? as_scalar(call.input(input)) : otherwise;
  };
  const Suppression limits{
      cast_to(one(2, call.constant(Tensor::scalar<std::int64_t>(0))), DType::i64),
      one(3, scalar_like(0, boxes)),
      one(4, scalar_like(std::numeric_limits<float>::lowest(), scores)),
  };
  return {non_max_suppression(boxes, scores, limits, call.flag("center_point_box"))};
}
}  // namespace

void add_selection_rules(Rules& rules) {
  rules.add("Compress", compressing);
  rules.add("NonMaxSuppression", best_boxes);
  rules.add("NonZero", places_of_nonzero);
  rules.add("Unique", every_value_once);
}

}  // namespace tenon::onnx
