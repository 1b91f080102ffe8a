// softmax and log_softmax: along an axis, shifted by the largest so that nothing overflows.
#include <cmath>

#include "op/composite.h"
#include "op/lines.h"

namespace tenon {

namespace {
std::vector<Type> softmax_rule(const TypeContext& context) {
  const Type& x = context.inputs[0];
  if (x.ranked) checked_axis(context, context.attrs.integer("axis"), x.rank());
  return same_float_type(context);
}

struct Peak {
  double largest;
  double sum;  // of exp(x - largest)
};

Peak peak_of(const double* line, const Lines& lines) {
  Peak peak{-INFINITY, 0};
  for (std::int64_t i = 0; i < lines.length; ++i)
    peak.largest = kLarger(peak.largest, line[i * lines.stride]);
  for (std::int64_t i = 0; i < lines.length; ++i) peak.sum += std::exp(line[i * lines.stride] - peak.largest);
  return peak;
}

// The function at each element, given the peak of its line.
template <double (*kFunction)(double, const Peak&)>
std::vector<Tensor> softmax_kernel(const KernelContext& context) {
  const Tensor y = doubles(context.inputs[0]);
  const Lines lines = Lines::along(y.shape(), context.node.attrs.integer("axis"));
  lines.for_each([&](std::int64_t, std::int64_t first) {
    double* line = y.as<double>().data() + first;
    const Peak peak = peak_of(line, lines);
    for (std::int64_t i = 0; i < lines.length; ++i)
      line[i * lines.stride] = kFunction(line[i * lines.stride], peak);
  });
  return {narrow(y, context.results[0].dtype)};
}

double softmax_of(double x, const Peak& peak) { return std::exp(x - peak.largest) / peak.sum; }
double log_softmax_of(double x, const Peak& peak) { return x - peak.largest - std::log(peak.sum); }

Value shifted(Value x, const Ints& axis) { return x - stop_gradient(reduce_max(x, axis, true)); }

std::vector<Value> decompose_softmax(const DecomposeContext& context) {
  const Ints axis{context.node.attrs.integer("axis")};
  const Value e = exp(shifted(context.inputs[0], axis));
  return {e / reduce_sum(e, axis, true)};
}

std::vector<Value> decompose_log_softmax(const DecomposeContext& context) {
  const Ints axis{context.node.attrs.integer("axis")};
  const Value z = shifted(context.inputs[0], axis);
  return {z - log(reduce_sum(exp(z), axis, true))};
}

std::vector<Value> softmax_gradient(const GradContext& context) {
  const Value y = context.results[0];
  const Value dy = context.grads[0];
  return {y * (dy - reduce_sum(dy * y, {context.node.attrs.integer("axis")}, true))};
}

std::vector<Value> log_softmax_gradient(const GradContext& context) {
  const Value dy = context.grads[0];
  return {dy - exp(context.results[0]) * reduce_sum(dy, {context.node.attrs.integer("axis")}, true)};
}

OpDef softmax_row(const char* documentation) {
  OpDef def;
  def.family = "activation";
  def.documentation = documentation;
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{-1}}};
  def.infer = softmax_rule;
  return def;
}
}  // namespace

void define_softmax(OpTable& table) {
  OpDef softmax = softmax_row("exp(x), scaled to a sum of 1 along `axis`; NaN where all of a line are -inf.");
  softmax.kernel = softmax_kernel<softmax_of>;
  softmax.decompose = decompose_softmax;
  softmax.gradient = softmax_gradient;
  table.define(Op::softmax, std::move(softmax));

  OpDef log_softmax = softmax_row("The logarithm of softmax along `axis`, without overflow.");
  log_softmax.kernel = softmax_kernel<log_softmax_of>;
  log_softmax.decompose = decompose_log_softmax;
  log_softmax.gradient = log_softmax_gradient;
  table.define(Op::log_softmax, std::move(log_softmax));
}

Value softmax(Value x, std::int64_t axis) { return write(Op::softmax, {x}, {{"axis", axis}}); }
Value log_softmax(Value x, std::int64_t axis) { return write(Op::log_softmax, {x}, {{"axis", axis}}); }

}  // namespace tenon
