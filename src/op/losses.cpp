// Element-wise losses, and what all losses share.
#include <array>
#include <cmath>
#include <numeric>

#include "op/loss.h"

namespace tenon {

namespace {
constexpr std::array<std::string_view, 3> kReductions = {"mean", "sum", "none"};
}  // namespace

AttrSpec reduction_attr() { return {"reduction", AttrKind::text, reduction_text(Reduction::mean)}; }

Reduction reduction_of(const Attrs& attrs) {
  const std::string& text = attrs.text("reduction");
  const auto found = std::find(kReductions.begin(), kReductions.end(), text);
  require(found != kReductions.end(), "reduction '", text, "' is none of ", kReductions);
  return static_cast<Reduction>(found - kReductions.begin());
}

AttrValue reduction_text(Reduction reduction) {
  return std::string(kReductions[static_cast<std::size_t>(reduction)]);
}

Type loss_type(const TypeContext& context, Type each) {
  const bool reduced = reduction_of(context.attrs) != Reduction::none;
  return reduced ? Type{each.dtype, {}} : std::move(each);
}

std::vector<Tensor> reduced_loss(const KernelContext& context, const Tensor& each, double count) {
  const DType dtype = context.results[0].dtype;
  const Reduction reduction = reduction_of(context.node.attrs);
  if (reduction == Reduction::none) return {narrow(each, dtype)};
  const auto elements = each.as<double>();
  const double sum = std::accumulate(elements.begin(), elements.end(), 0.0);
  return {narrow(Tensor::scalar(reduction == Reduction::mean ? sum / count : sum), dtype)};
}

namespace {
struct LossGrads {
  Value x, target;
};

// A loss of one element of x and one of the target.
struct PairLoss {
  const char* documentation;
  double (*function)(double x, double target, double delta);
  Value (*decompose)(Value x, Value target, const Attrs& attrs);
  LossGrads (*slopes)(Value x, Value target, const Attrs& attrs);
  std::vector<AttrSpec> attrs = {reduction_attr()};
};

std::vector<Type> pair_rule(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  const Type& x = context.inputs[0];
  const Type& target = context.inputs[1];
  context.require(!x.ranked || !target.ranked || agree(x.dims, target.dims),
                  "x and the target must have one shape; a loss does not broadcast");
  return {loss_type(context, x)};
}

Kernel pair_kernel(double (*function)(double, double, double)) {
  return [function](const KernelContext& context) {
    const AttrValue* delta = context.node.attrs.find("delta");
    const Tensor each = doubles(context.inputs[0]);
    const Tensor target = widen(context.inputs[1]);
    const auto x = each.as<double>();
    const auto t = target.as<double>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = function(x[i], t[i], delta ? std::get<double>(*delta) : 0);
    return reduced_loss(context, each, static_cast<double>(each.size()));
  };
}

Value reduce(Value each, const Attrs& attrs) {
  switch (reduction_of(attrs)) {
    case Reduction::mean:
      return reduce_mean(each);
    case Reduction::sum:
      return reduce_sum(each);
    default:
      return each;
  }
}

void define(OpTable& table, Op op, const PairLoss& loss) {
  OpDef def;
  def.family = "loss";
  def.documentation = loss.documentation;
  def.min_inputs = def.max_inputs = 2;
  def.attrs = loss.attrs;
  def.infer = pair_rule;
  def.kernel = pair_kernel(loss.function);
  def.decompose = [each = loss.decompose](const DecomposeContext& c) -> std::vector<Value> {
    return {reduce(each(c.inputs[0], c.inputs[1], c.node.attrs), c.node.attrs)};
  };
  def.gradient = [slopes = loss.slopes](const GradContext& c) -> std::vector<Value> {
    const Attrs& attrs = c.node.attrs;
    const bool mean = reduction_of(attrs) == Reduction::mean;
    const Value scale = mean ? c.grads[0] * inverse_count_along(c.inputs[0], {}) : c.grads[0];
    const LossGrads grads = slopes(c.inputs[0], c.inputs[1], attrs);
    return {grads.x * scale, grads.target * scale};
  };
  table.define(op, std::move(def));
}

Value clamp_to_delta(Value x, const Attrs& attrs) {
  return clamp(x, -attrs.number("delta"), attrs.number("delta"));
}

double huber(double x, double target, double delta) {
  const double distance = std::fabs(x - target);
  return distance <= delta ? distance * distance / 2 : delta * (distance - delta / 2);
}

// c²/2 + delta (distance - c), where c is the distance up to delta: no branch.
Value decompose_huber(Value x, Value target, const Attrs& attrs) {
  const double delta = attrs.number("delta");
  const Value distance = abs(x - target);
  const Value near = minimum(distance, delta);
  return 0.5 * (near * near) + delta * (distance - near);
}

void define_distances(OpTable& table) {
  define(table, Op::mse_loss,
         {.documentation = "The squared difference of x and the target.",
          .function = [](double x, double t, double) { return (x - t) * (x - t); },
          .decompose =
              [](Value x, Value t, const Attrs&) {
                const Value difference = x - t;
                return difference * difference;
              },
          .slopes = [](Value x, Value t, const Attrs&) -> LossGrads {
            const Value slope = 2.0 * (x - t);
            return {slope, -slope};
          }});
  define(table, Op::l1_loss,
         {.documentation = "The distance of x and the target.",
          .function = [](double x, double t, double) { return std::fabs(x - t); },
          .decompose = [](Value x, Value t, const Attrs&) { return abs(x - t); },
          .slopes = [](Value x, Value t, const Attrs&) -> LossGrads {
            const Value slope = sign(x - t);
            return {slope, -slope};
          }});
  define(table, Op::huber_loss,
         {.documentation = "(x - target)² / 2 up to a distance of `delta`, linear beyond.",
          .function = huber,
          .decompose = decompose_huber,
          .slopes = [](Value x, Value t, const Attrs& attrs) -> LossGrads {
            const Value slope = clamp_to_delta(x - t, attrs);
            return {slope, -slope};
          },
          .attrs = {{"delta", AttrKind::number, 1.0}, reduction_attr()}});
}

double kl(double x, double target, double) { return target == 0 ? 0 : target * (std::log(target) - x); }

void define_divergences(OpTable& table) {
  define(table, Op::kl_div,
         {.documentation = "target (log target - x), of log probabilities x; 0 where the target is 0.",
          .function = kl,
          .decompose = [](Value x, Value t,
                          const Attrs&) { return select(equal(t, 0.0), 0.0, t * (log(t) - x)); },
          .slopes = [](Value x, Value t, const Attrs&) -> LossGrads {
            return {-t, select(equal(t, 0.0), 0.0, log(t) - x + 1.0)};
          }});
  define(table, Op::bce_with_logits,
         {.documentation = "Binary cross-entropy of sigmoid(x) and the target, without overflow.",
          .function = [](double x, double t,
                         double) { return (x < 0 ? 0 : x) - x * t + std::log1p(std::exp(-std::fabs(x))); },
          .decompose = [](Value x, Value t, const Attrs&) { return softplus(x) - x * t; },
          .slopes = [](Value x, Value t, const Attrs&) -> LossGrads { return {sigmoid(x) - t, -x}; }});
}

Value write_pair(Op op, Value x, Value target, Reduction reduction) {
  return write(op, {x, target}, {{"reduction", reduction_text(reduction)}});
}
}  // namespace

void define_losses(OpTable& table) {
  define_distances(table);
  define_divergences(table);
  define_cross_entropy(table);
}

Value mse_loss(Value x, Value target, Reduction reduction) {
  return write_pair(Op::mse_loss, x, target, reduction);
}
Value l1_loss(Value x, Value target, Reduction reduction) {
  return write_pair(Op::l1_loss, x, target, reduction);
}
Value huber_loss(Value x, Value target, double delta, Reduction reduction) {
  return write(Op::huber_loss, {x, target}, {{"delta", delta}, {"reduction", reduction_text(reduction)}});
}
Value kl_div(Value x, Value target, Reduction reduction) {
  return write_pair(Op::kl_div, x, target, reduction);
}
Value bce_with_logits(Value x, Value target, Reduction reduction) {
  return write_pair(Op::bce_with_logits, x, target, reduction);
}

}  // namespace tenon
