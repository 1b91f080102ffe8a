// Cross-entropy between softmax(logits) and a target, classes on axis 1.
//
// Each row has a share q for each class: the class weight times the smoothed target. With z the logits less
// their largest and s the logarithm of the sum of exp(z), the loss of the row is the sum of q (s - z), and
// its gradient is softmax(logits) times the sum of q, less q.
#include <cmath>

#include "op/lines.h"
#include "op/loss.h"

namespace tenon {

namespace {
constexpr std::int64_t kClassAxis = 1;

std::optional<std::int64_t> ignore_index(const Attrs& attrs) {
  const AttrValue* value = attrs.find("ignore_index");
  return value ? std::optional(std::get<std::int64_t>(*value)) : std::nullopt;
}

void check_target(const TypeContext& context, bool soft) {
  const Type& logits = context.inputs[0];
  const Type& target = context.inputs[1];
  context.require(soft || is_int(target.dtype), "the target must hold integer class ids or probabilities");
  context.require(!soft || target.dtype == logits.dtype,
                  "probabilities must have the element type of the logits, use cast");
  context.require(!soft || !context.attrs.find("ignore_index"), "ignore_index needs integer class ids");
  if (!target.ranked || !logits.ranked) return;
  std::vector<Dim> wanted = logits.dims;
  if (!soft) wanted.erase(wanted.begin() + kClassAxis);
  context.require(agree(target.dims, wanted), "the target must have the shape ", wanted,
                  soft ? " of the logits" : " of the logits without their axis 1, the classes");
}

void check_weights(const TypeContext& context) {
  const Type& logits = context.inputs[0];
  const Type& weights = context.inputs[2];
  context.require(weights.dtype == logits.dtype,
                  "the class weights must have the element type of the logits");
  context.require(!weights.ranked || weights.rank() == 1, "the class weights must have one axis");
  if (weights.ranked && logits.ranked)
    context.require(agree(weights.dims[0], logits.dims[kClassAxis]),
                    "there must be one class weight for each class on axis 1");
}

std::vector<Type> cross_entropy_rule(const TypeContext& context) {
  require_float(context);
  const Type& logits = context.inputs[0];
  context.require(!logits.ranked || logits.rank() >= 2, "the logits need at least two axes: rows, classes");
  const double smoothing = context.attrs.number("smoothing");
  context.require(smoothing >= 0 && smoothing <= 1, "smoothing must be in [0, 1], not ", smoothing);
  const bool soft = is_float(context.inputs[1].dtype);
  check_target(context, soft);
  if (context.inputs.size() == 3) check_weights(context);
  Type each = logits;
  if (each.ranked) each.dims.erase(each.dims.begin() + kClassAxis);
  return {loss_type(context, std::move(each))};
}

// The kernel.

struct Problem {
  Tensor logits, target, weights;  // wide; the weights undefined where none are given
  Lines lines;
  bool soft;
  double smoothing;
  std::optional<std::int64_t> ignore;

  explicit Problem(const KernelContext& context)
      : logits(widen(context.inputs[0])),
        target(is_float(context.inputs[1].dtype()) ? widen(context.inputs[1])
                                                   : context.inputs[1].cast(DType::i64)),
        weights(context.inputs.size() == 3 ? widen(context.inputs[2]) : Tensor()),
        lines(Lines::along(logits.shape(), kClassAxis)),
        soft(target.dtype() == DType::f64),
        smoothing(context.node.attrs.number("smoothing")),
        ignore(ignore_index(context.node.attrs)) {}

  std::int64_t id(std::int64_t row) const { return target.as<std::int64_t>()[static_cast<std::size_t>(row)]; }
  double weight(std::int64_t c) const {
    return weights.defined() ? weights.as<double>()[static_cast<std::size_t>(c)] : 1;
  }
  double share(std::int64_t row, std::int64_t first, std::int64_t c) const {
    const double label = soft ? target.as<double>()[static_cast<std::size_t>(first + c * lines.stride)]
                              : (id(row) == c ? 1.0 : 0.0);
    return weight(c) * ((1 - smoothing) * label + smoothing / static_cast<double>(lines.length));
  }
};

double row_loss(const Problem& problem, std::int64_t row, std::int64_t first) {
  const double* x = problem.logits.as<double>().data() + first;
  const Lines& lines = problem.lines;
  double largest = -INFINITY;
  for (std::int64_t c = 0; c < lines.length; ++c) largest = kLarger(largest, x[c * lines.stride]);
  double sum = 0;
  for (std::int64_t c = 0; c < lines.length; ++c) sum += std::exp(x[c * lines.stride] - largest);
  double loss = 0;
  for (std::int64_t c = 0; c < lines.length; ++c)
    if (const double share = problem.share(row, first, c); share != 0)
      loss += share * (std::log(sum) - (x[c * lines.stride] - largest));
  return loss;
}

std::vector<Tensor> cross_entropy_kernel(const KernelContext& context) {
  const Problem problem(context);
  Shape shape = problem.logits.shape();
  shape.erase(shape.begin() + kClassAxis);
  const Tensor losses = Tensor::empty(DType::f64, shape);
  double count = 0;
  problem.lines.for_each([&](std::int64_t row, std::int64_t first) {
    double& loss = losses.as<double>()[static_cast<std::size_t>(row)];
    const std::int64_t id = problem.soft ? 0 : problem.id(row);
    if (!problem.soft && id == problem.ignore) {
      loss = 0;
    } else if (id < 0 || id >= problem.lines.length) {
      loss = NAN;
    } else {
      loss = row_loss(problem, row, first);
      count += problem.soft ? 1 : problem.weight(id);
    }
  });
  const bool counts_all = problem.soft || (!problem.weights.defined() && !problem.ignore);
  if (counts_all) count = static_cast<double>(losses.size());
  return reduced_loss(context, losses, !counts_all && count == 0 ? 1 : count);
}
}  // namespace

void define_cross_entropy(OpTable& table) {
  OpDef def;
  def.family = "loss";
  def.documentation =
      "Cross-entropy of softmax(logits) and the target, classes on axis 1. The target holds class ids, "
      "without "
      "that axis, or probabilities; a third input holds class weights, which get no gradient. A mean divides "
      "by the weights of the rows that count, and is 0 where none does. An id that names no class gives NaN.";
  def.min_inputs = 2;
  def.max_inputs = 3;
  def.attrs = {
      {"smoothing", AttrKind::number, 0.0}, {"ignore_index", AttrKind::integer, {}, true}, reduction_attr()};
  def.infer = cross_entropy_rule;
  def.kernel = cross_entropy_kernel;
  def.gradient = cross_entropy_gradient;
  def.decompose = decompose_cross_entropy;
  table.define(Op::cross_entropy, std::move(def));
}

Value cross_entropy(Value logits, Value target, const CrossEntropy& options) {
  std::vector<Value> inputs{logits, target};
  if (options.class_weights.defined()) inputs.push_back(options.class_weights);
  Attrs attrs{{"smoothing", options.smoothing}, {"reduction", reduction_text(options.reduction)}};
  if (options.ignore_index) attrs.set("ignore_index", *options.ignore_index);
  return write(Op::cross_entropy, inputs, attrs);
}

}  // namespace tenon
