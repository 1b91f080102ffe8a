#include <cmath>
#include <numbers>

#include "op/composite.h"
#include "op/elementwise.h"

namespace tenon {

namespace {
struct ActivationGrad {
  Value x, y, dy;
  const Attrs& attrs;
};

// An element-wise function of one float input and some attributes.
struct Activation {
  const char* documentation;
  std::function<double(double)> (*function)(const Attrs& attrs) = nullptr;
  Value (*decompose)(Value x, const Attrs& attrs);
  Value (*gradient)(const ActivationGrad& g);
  std::vector<AttrSpec> attrs = {};
};

// The parts that do not depend on the element types.
OpDef activation_row(const Activation& activation) {
  OpDef def;
  def.family = "activation";
  def.documentation = activation.documentation;
  def.attrs = activation.attrs;
  def.elementwise = true;
  def.gradient = [rule = activation.gradient](const GradContext& c) -> std::vector<Value> {
    return {rule({c.inputs[0], c.results[0], c.grads[0], c.node.attrs})};
  };
  def.decompose = [rule = activation.decompose](const DecomposeContext& c) -> std::vector<Value> {
    return {rule(c.inputs[0], c.node.attrs)};
  };
  return def;
}

void define(OpTable& table, Op op, const Activation& activation) {
  OpDef def = activation_row(activation);
  def.infer = same_float_type;
  def.kernel = [make = activation.function](const KernelContext& context) -> std::vector<Tensor> {
    const auto function = make(context.node.attrs);
    const Tensor y = doubles(context.inputs[0]);
    for (double& element : y.as<double>()) element = function(element);
    return {narrow(y, context.results[0].dtype)};
  };
  table.define(op, std::move(def));
}

// relu and clamp take integers too.
constexpr ByKind<Binary> kNumbersOnly = numbers<Binary>(kLarger);

Tensor bounded(const Tensor& x, const AttrValue* limit, const ByKind<Binary>& choose) {
  if (!limit) return x;
  const Tensor inputs[] = {x, Tensor::full(x.dtype(), {}, std::get<double>(*limit))};
  const Tensor wide = with_wide(wide_dtype(x.dtype()),
                                [&]<class W>() { return map_wide(choose.of<W>(), inputs, x.shape()); });
  return narrow(wide, x.dtype());
}

void define_bound(OpTable& table, Op op, const Activation& activation) {
  OpDef def = activation_row(activation);
  def.infer = map_rule(kNumbersOnly, false);
  def.kernel = [op](const KernelContext& context) -> std::vector<Tensor> {
    const AttrValue zero = 0.0;
    const Attrs& attrs = context.node.attrs;
    const Tensor& x = context.inputs[0];
    if (op == Op::relu) return {bounded(x, &zero, numbers<Binary>(kLarger))};
    const Tensor above = bounded(x, attrs.find("min"), numbers<Binary>(kLarger));
    return {bounded(above, attrs.find("max"), numbers<Binary>(kSmaller))};
  };
  table.define(op, std::move(def));
}

// The nearest number that the type of x holds.
Value limit_like(const AttrValue& limit, Value x) {
  return x.graph().constant(Tensor::full(x.dtype(), {}, std::get<double>(limit)));
}

Value decompose_clamp(Value x, const Attrs& attrs) {
  if (const AttrValue* min = attrs.find("min")) x = maximum(x, limit_like(*min, x));
  if (const AttrValue* max = attrs.find("max")) x = minimum(x, limit_like(*max, x));
  return x;
}

void define_bounds(OpTable& table) {
  define_bound(table, Op::relu,
               {.documentation = "The larger of x and 0; NaN of NaN. The gradient at 0 is 0.",
                .decompose = [](Value x, const Attrs&) { return maximum(x, 0.0); },
                .gradient = [](const ActivationGrad& g) { return select(g.y > 0.0, g.dy, 0.0); }});
  define_bound(table, Op::clamp,
               {.documentation = "x, but at least `min` and at most `max`, where they are given; NaN of NaN.",
                .decompose = decompose_clamp,
                .gradient = [](const ActivationGrad& g) { return select(equal(g.x, g.y), g.dy, 0.0); },
                .attrs = {{"min", AttrKind::number, {}, true}, {"max", AttrKind::number, {}, true}}});
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double unit_clamp(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
double alpha_of(const Attrs& attrs) { return attrs.number("alpha"); }

void define_rectifiers(OpTable& table) {
  define(
      table, Op::leaky_relu,
      {.documentation = "x where it is above 0, else alpha x.",
       .function = [](const Attrs& attrs) -> std::function<double(double)> {
         return [alpha = alpha_of(attrs)](double x) { return x > 0 ? x : alpha * x; };
       },
       .decompose = [](Value x, const Attrs& attrs) { return select(x > 0.0, x, alpha_of(attrs) * x); },
       .gradient = [](const ActivationGrad& g) { return select(g.x > 0.0, g.dy, alpha_of(g.attrs) * g.dy); },
       .attrs = {{"alpha", AttrKind::number, 0.01}}});
  define(
      table, Op::elu,
      {.documentation = "x where it is above 0, else alpha (exp(x) - 1).",
       .function = [](const Attrs& attrs) -> std::function<double(double)> {
         return [alpha = alpha_of(attrs)](double x) { return x > 0 ? x : alpha * std::expm1(x); };
       },
       .decompose = [](Value x,
                       const Attrs& attrs) { return select(x > 0.0, x, alpha_of(attrs) * expm1(x)); },
       .gradient =
           [](const ActivationGrad& g) { return select(g.x > 0.0, g.dy, g.dy * (g.y + alpha_of(g.attrs))); },
       .attrs = {{"alpha", AttrKind::number, 1.0}}});
}

void define_sigmoids(OpTable& table) {
  define(table, Op::sigmoid,
         {.documentation = "1 / (1 + exp(-x)).",
          .function = [](const Attrs&) -> std::function<double(double)> { return logistic; },
          .decompose = [](Value x, const Attrs&) { return reciprocal(exp(-x) + 1.0); },
          .gradient = [](const ActivationGrad& g) { return g.dy * (g.y * (1.0 - g.y)); }});
  define(table, Op::silu,
         {.documentation = "x sigmoid(x), also called swish.",
          .function = [](const Attrs&) -> std::function<double(double)> {
            return [](double x) { return x * logistic(x); };
          },
          .decompose = [](Value x, const Attrs&) { return x * sigmoid(x); },
          .gradient =
              [](const ActivationGrad& g) {
                const Value s = sigmoid(g.x);
                return g.dy * (s + g.y * (1.0 - s));
              }});
  define(table, Op::softplus,
         {.documentation = "log(1 + exp(x)), without overflow.",
          .function = [](const Attrs&) -> std::function<double(double)> {
            return [](double x) { return (x < 0 ? 0 : x) + std::log1p(std::exp(-std::fabs(x))); };
          },
          .decompose = [](Value x, const Attrs&) { return maximum(x, 0.0) + log1p(exp(-abs(x))); },
          .gradient = [](const ActivationGrad& g) { return g.dy * sigmoid(g.x); }});
}

void define_hard_sigmoids(OpTable& table) {
  define(table, Op::hard_sigmoid,
         {.documentation = "alpha x + beta, clamped to [0, 1].",
          .function = [](const Attrs& attrs) -> std::function<double(double)> {
            return [alpha = alpha_of(attrs), beta = attrs.number("beta")](double x) {
              return unit_clamp(alpha * x + beta);
            };
          },
          .decompose =
              [](Value x, const Attrs& attrs) {
                return clamp(alpha_of(attrs) * x + attrs.number("beta"), 0.0, 1.0);
              },
          .gradient =
              [](const ActivationGrad& g) {
                const Value inside = logical_and(g.y > 0.0, g.y < 1.0);
                return select(inside, alpha_of(g.attrs) * g.dy, 0.0);
              },
          .attrs = {{"alpha", AttrKind::number, 1.0 / 6}, {"beta", AttrKind::number, 0.5}}});
  define(table, Op::hard_swish,
         {.documentation = "x times x / 6 + 1/2 clamped to [0, 1].",
          .function = [](const Attrs&) -> std::function<double(double)> {
            return [](double x) { return x * unit_clamp(x / 6 + 0.5); };
          },
          .decompose = [](Value x, const Attrs&) { return x * hard_sigmoid(x); },
          .gradient =
              [](const ActivationGrad& g) {
                const Value slope = select(g.x < 3.0, g.x * (1.0 / 3) + 0.5, 1.0);
                return select(g.x > -3.0, g.dy * slope, 0.0);
              }});
}

// The tanh form of gelu: x/2 (1 + tanh(u)), u = kScale (x + kCubic x³).
constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
constexpr double kCubic = 0.044715;

double gelu_exact(double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); }
double gelu_tanh(double x) { return x / 2 * (1 + std::tanh(kScale * (x + kCubic * x * x * x))); }

// Half of 1 + erf or tanh: the weight that gelu gives to x.
Value gelu_weight(Value x, bool by_tanh) {
  const Value bent =
      by_tanh ? tanh(x * (kScale + kScale * kCubic * (x * x))) : erf(x * (1 / std::numbers::sqrt2));
  return 0.5 * bent + 0.5;
}

// y = x w, so dy/dx = w + x w', where w' is the normal density, or by tanh 2 w (1 - w) u'.
Value gelu_slope(Value x, bool by_tanh) {
  const Value weight = gelu_weight(x, by_tanh);
  if (!by_tanh) return weight + x * (kScale / 2 * exp(-0.5 * (x * x)));
  const Value inner = 2 * kScale + 6 * kScale * kCubic * (x * x);
  return weight + x * (weight * (1.0 - weight) * inner);
}

void define_gelu(OpTable& table) {
  define(table, Op::gelu,
         {.documentation = "x times the normal distribution at x; with `tanh` its approximation by tanh.",
          .function = [](const Attrs& attrs) -> std::function<double(double)> {
            return attrs.flag("tanh") ? gelu_tanh : gelu_exact;
          },
          .decompose = [](Value x, const Attrs& attrs) { return x * gelu_weight(x, attrs.flag("tanh")); },
          .gradient = [](const ActivationGrad& g) { return g.dy * gelu_slope(g.x, g.attrs.flag("tanh")); },
          .attrs = {{"tanh", AttrKind::flag, false}}});
}

Value write_alpha(Op op, Value x, double alpha) { return write(op, {x}, {{"alpha", alpha}}); }
}  // namespace

void define_activations(OpTable& table) {
  define_bounds(table);
  define_rectifiers(table);
  define_sigmoids(table);
  define_hard_sigmoids(table);
  define_gelu(table);
  define_softmax(table);
  define_dropout(table);
}

Value clamp(Value x, std::optional<double> min, std::optional<double> max) {
  Attrs attrs;
  if (min) attrs.set("min", *min);
  if (max) attrs.set("max", *max);
  return write(Op::clamp, {x}, attrs);
}

Value relu(Value x) { return write(Op::relu, {x}); }
Value leaky_relu(Value x, double alpha) { return write_alpha(Op::leaky_relu, x, alpha); }
Value elu(Value x, double alpha) { return write_alpha(Op::elu, x, alpha); }
Value gelu(Value x, bool tanh) { return write(Op::gelu, {x}, {{"tanh", tanh}}); }
Value silu(Value x) { return write(Op::silu, {x}); }
Value sigmoid(Value x) { return write(Op::sigmoid, {x}); }
Value softplus(Value x) { return write(Op::softplus, {x}); }
Value hard_sigmoid(Value x, double alpha, double beta) {
  return write(Op::hard_sigmoid, {x}, {{"alpha", alpha}, {"beta", beta}});
}
Value hard_swish(Value x) { return write(Op::hard_swish, {x}); }

}  // namespace tenon
