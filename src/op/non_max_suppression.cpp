#include <algorithm>

#include "ir/types.h"
#include "op/selection.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops/selection.h"

namespace tenon {

Value non_max_suppression(Value boxes, Value scores, const Suppression& limits, bool centred) {
  return write(Op::non_max_suppression, {boxes, scores, limits.most, limits.overlap, limits.least_score},
               {{"centred", centred}});
}

namespace {
enum Input : std::size_t { kBoxes, kScores, kMost, kOverlap, kLeastScore };

bool is_one(const Type& type) {
  return compatible(type, {type.dtype, {}}) || compatible(type, {type.dtype, {1}});
}

std::vector<Type> suppression_type(const TypeContext& context) {
  const std::span<const Type> inputs = context.inputs;
  const auto any = Dim::unknown();
  require_float(context, kBoxes);
  require_float(context, kScores);
  context.require(compatible(inputs[kBoxes], {inputs[kBoxes].dtype, {any, any, 4}}),
                  "the boxes must be [batch, box, 4]");
  context.require(compatible(inputs[kScores], {inputs[kScores].dtype, {any, any, any}}),
                  "the scores must be [batch, class, box]");
  if (inputs[kBoxes].ranked && inputs[kScores].ranked) {
    const Type& boxes = inputs[kBoxes];
    const Type counted{inputs[kScores].dtype, {boxes.dims[0], any, boxes.dims[1]}};
    context.require(compatible(inputs[kScores], counted), "boxes and scores differ in their batch or number");
  }
  context.require(inputs[kMost].dtype == DType::i64 && is_one(inputs[kMost]),
                  "the number to keep must be one i64");
  for (const std::size_t limit : {kOverlap, kLeastScore})
    context.require(is_float(inputs[limit].dtype) && is_one(inputs[limit]),
                    "the limits must be one float each");
  return {{DType::i64, {any, 3}}};
}

struct Box {
  double low_y, low_x, high_y, high_x;
  double area() const { return std::max(high_y - low_y, 0.0) * std::max(high_x - low_x, 0.0); }
};

Box box_at(const double* at, bool centred) {
  if (centred) return {at[1] - at[3] / 2, at[0] - at[2] / 2, at[1] + at[3] / 2, at[0] + at[2] / 2};
  return {std::min(at[0], at[2]), std::min(at[1], at[3]), std::max(at[0], at[2]), std::max(at[1], at[3])};
}

// What is common to two boxes, as a part of what either covers; 0 where one covers nothing.
double overlap_of(const Box& a, const Box& b) {
  const Box common{std::max(a.low_y, b.low_y), std::max(a.low_x, b.low_x), std::min(a.high_y, b.high_y),
                   std::min(a.high_x, b.high_x)};
  if (a.area() <= 0 || b.area() <= 0) return 0;
  return common.area() / (a.area() + b.area() - common.area());
}

struct Limits {
  std::int64_t most;
  double overlap;
  double least_score;
};

// The places of the boxes kept for one class, the best first; of equal scores the first.
Ints kept_boxes(const std::vector<Box>& boxes, std::span<const double> scores, const Limits& limits) {
  Ints candidates;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > limits.least_score) candidates.push_back(static_cast<std::int64_t>(i));
  const auto score = [&](std::int64_t i) { return scores[static_cast<std::size_t>(i)]; };
  std::ranges::stable_sort(candidates, std::ranges::greater{}, score);
  Ints kept;
  for (const std::int64_t candidate : candidates) {
    if (static_cast<std::int64_t>(kept.size()) >= limits.most) break;
    const Box& box = boxes[static_cast<std::size_t>(candidate)];
    const bool suppressed = std::ranges::any_of(kept, [&](std::int64_t other) {
      return overlap_of(box, boxes[static_cast<std::size_t>(other)]) > limits.overlap;
    });
    if (!suppressed) kept.push_back(candidate);
  }
  return kept;
}

std::vector<Tensor> suppression_kernel(const KernelContext& context) {
  const Tensor boxes = widen(context.inputs[kBoxes]);
  const Tensor scores = widen(context.inputs[kScores]);
  const Limits limits{context.inputs[kMost].as<std::int64_t>()[0], context.inputs[kOverlap].number(),
                      context.inputs[kLeastScore].number()};
  const std::int64_t classes = scores.dim(1);
  const auto count = static_cast<std::size_t>(scores.dim(2));
  Ints found;
  for (std::int64_t batch = 0; batch < scores.dim(0); ++batch) {
    std::vector<Box> of_batch;
    const double* corner = boxes.as<double>().data() + static_cast<std::size_t>(batch) * count * 4;
    for (std::size_t i = 0; i < count; ++i, corner += 4)
      of_batch.push_back(box_at(corner, context.node.attrs.flag("centred")));
    for (std::int64_t label = 0; label < classes; ++label) {
      const auto first = static_cast<std::size_t>(batch * classes + label) * count;
      for (const std::int64_t box : kept_boxes(of_batch, scores.as<double>().subspan(first, count), limits))
        found.insert(found.end(), {batch, label, box});
    }
  }
  return {Tensor::of<std::int64_t>({static_cast<std::int64_t>(found.size() / 3), 3}, std::span(found))};
}
}  // namespace

void define_non_max_suppression(OpTable& table) {
  OpDef def = selection_row(
      "(batch, class, box) of the boxes kept, the best score of a class first: at most as many a class as "
      "the third "
      "input says, none that overlaps a kept one by more than the fourth or whose score is not above the "
      "fifth. Boxes "
      "are [batch, box, 4], two corners (y, x, y, x) or where `centred` (x, y, width, height); scores "
      "[batch, class, "
      "box].",
      5);
  def.attrs = {{"centred", AttrKind::flag, false}};
  def.infer = suppression_type;
  def.kernel = suppression_kernel;
  table.define(Op::non_max_suppression, def);
}

}  // namespace tenon
