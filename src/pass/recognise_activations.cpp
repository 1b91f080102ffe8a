#include "pass/recognise_activations.h"

#include <limits>
#include <numbers>

#include "pass/matcher.h"
#include "pass/polynomial.h"

namespace tenon {

namespace {
struct Activation {
  Op op;
  Ref x;
  Attrs attrs;
};
using Found = std::optional<Activation>;

constexpr Powers kOne{0, 0}, kX{1, 0}, kE{0, 1}, kXTimesE{1, 1};

// slope * argument + offset, between two bounds.
struct Ramp {
  Ref argument;
  double low, high;
  double slope = 1, offset = 0;
};

class Finder {
 public:
  explicit Finder(const Graph& typed) : matcher_(typed) {}

  // The activation that ends with this value.
  Found find(Ref root) const {
    if (!is_float(dtype_of(root)) || !may_end_one(matcher_.node(root).op)) return std::nullopt;
    if (auto whole = quotient(root)) return whole;
    const std::vector<Ref> terms = terms_of(matcher_, root);
    for (const Ref bend : terms) {
      if (bend == root) continue;
      for (const Ref x : sources_of(bend))
        if (Found found = match(root, bend, x); found && matcher_.serve(root, {&x, 1})) return found;
    }
    return std::nullopt;
  }

 private:
  DType dtype_of(Ref value) const { return matcher_.type(value).dtype; }
  static bool may_end_one(Op op) {
    return op == Op::mul || op == Op::div || op == Op::add || op == Op::reciprocal;
  }

  bool is(const std::optional<Polynomial>& polynomial, const Polynomial& wanted, Ref in) const {
    return polynomial && is_nearly(*polynomial, wanted, dtype_of(in));
  }

  std::vector<Ref> sources_of(Ref bend) const {
    if (const auto x = sigmoid_argument(bend)) return {*x};
    const auto ramp = ramp_of(bend);
    const bool bends = ramp || matcher_.as(bend, Op::erf) || matcher_.as(bend, Op::tanh);
    if (!bends) return {};
    return terms_of(matcher_, ramp ? ramp->argument : matcher_.node(bend).inputs[0]);
  }

  Found match(Ref root, Ref bend, Ref x) const {
    const auto whole = polynomial_of(matcher_, root, x, bend);
    if (!whole) return std::nullopt;
    if (is_nearly(*whole, {{kX, 0.5}, {kXTimesE, 0.5}}, dtype_of(root))) return gelu(bend, x);
    if (sigmoid_argument(bend) && is_nearly(*whole, {{kXTimesE, 1}}, dtype_of(root)))
      return Activation{Op::silu, x, {}};
    const auto ramp = ramp_of(bend);
    return ramp && whole->size() == 1 ? ramp_activation(*ramp, x, *whole->begin()) : std::nullopt;
  }

  Found gelu(Ref bend, Ref x) const {
    constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    constexpr double kCubic = 0.044715;
    if (!matcher_.as(bend, Op::erf) && !matcher_.as(bend, Op::tanh)) return std::nullopt;
    const bool by_tanh = matcher_.node(bend).op == Op::tanh;
    const Polynomial wanted = by_tanh ? Polynomial{{{1, 0}, kScale}, {{3, 0}, kScale * kCubic}}
                                      : Polynomial{{{1, 0}, 1 / std::numbers::sqrt2}};
    if (!is(polynomial_of(matcher_, matcher_.node(bend).inputs[0], x), wanted, bend)) return std::nullopt;
    return Activation{Op::gelu, x, {{"tanh", by_tanh}}};
  }

  // 1 / (1 + exp(-x)), or with x above the line.
  Found quotient(Ref root) const {
    const Node& node = matcher_.node(root);
    if (node.op != Op::div && node.op != Op::reciprocal) return std::nullopt;
    const Ref below = node.inputs.back();
    for (const Ref e : terms_of(matcher_, below)) {
      if (!matcher_.as(e, Op::exp)) continue;
      for (const Ref x : terms_of(matcher_, matcher_.node(e).inputs[0])) {
        const bool fits = is(polynomial_of(matcher_, matcher_.node(e).inputs[0], x), {{kX, -1}}, root) &&
                          is(polynomial_of(matcher_, below, x, e), {{kOne, 1}, {kE, 1}}, root);
        if (!fits || !matcher_.serve(root, {&x, 1})) continue;
        if (node.op == Op::reciprocal || matcher_.number(node.inputs[0]) == 1)
          return Activation{Op::sigmoid, x, {}};
        if (node.inputs[0] == x) return Activation{Op::silu, x, {}};
      }
    }
    return std::nullopt;
  }

  std::optional<Ref> sigmoid_argument(Ref value) const {
    if (const Node* sigmoid = matcher_.as(value, Op::sigmoid)) return sigmoid->inputs[0];
    const Found found = quotient(value);
    return found && found->op == Op::sigmoid ? std::optional(found->x) : std::nullopt;
  }

  // A bound of a maximum or a minimum, and what is bounded.
  std::optional<std::pair<Ref, double>> bounded(Ref value, Op by) const {
    if (const Node* relu = matcher_.as(value, Op::relu); relu && by == Op::maximum)
      return std::pair(relu->inputs[0], 0.0);
    const Node* bound = matcher_.as(value, by);
    if (!bound) return std::nullopt;
    for (const std::size_t i : {0, 1})
      if (const auto number = matcher_.number(bound->inputs[i]))
        return std::pair(bound->inputs[1 - i], *number);
    return std::nullopt;
  }

  std::optional<Ramp> ramp_of(Ref value) const {
    const Node& node = matcher_.node(value);
    if (node.op == Op::hard_sigmoid)
      return Ramp{node.inputs[0], 0, 1, node.attrs.number("alpha"), node.attrs.number("beta")};
    if (node.op == Op::clamp && node.attrs.find("min") && node.attrs.find("max"))
      return Ramp{node.inputs[0], node.attrs.number("min"), node.attrs.number("max")};
    if (const auto high = bounded(value, Op::minimum))
      if (const auto low = bounded(high->first, Op::maximum))
        return Ramp{low->first, low->second, high->second};
    if (const auto low = bounded(value, Op::maximum))
      if (const auto high = bounded(low->first, Op::minimum))
        return Ramp{high->first, low->second, high->second};
    return std::nullopt;
  }

  // A multiple of the ramp, or of x times the ramp, that goes from 0 to 1.
  Found ramp_activation(const Ramp& ramp, Ref x, const Polynomial::value_type& multiple) const {
    const auto& [powers, factor] = multiple;
    const DType dtype = dtype_of(x);
    auto line = polynomial_of(matcher_, ramp.argument, x);
    if (!line || ramp.low != 0 || !is_nearly(factor * ramp.high, 1, dtype)) return std::nullopt;
    const double slope = (*line)[kX] * ramp.slope * factor;
    const double offset = ((*line)[kOne] * ramp.slope + ramp.offset) * factor;
    if (line->size() != 2 || slope == 0 || offset == 0) return std::nullopt;
    const bool is_standard = is_nearly(slope, 1.0 / 6, dtype) && is_nearly(offset, 0.5, dtype);
    if (powers == kXTimesE && is_standard) return Activation{Op::hard_swish, x, {}};
    if (powers != kE) return std::nullopt;
    if (is_standard) return Activation{Op::hard_sigmoid, x, {}};
    return Activation{Op::hard_sigmoid, x, {{"alpha", slope}, {"beta", offset}}};
  }

  Matcher matcher_;
};
}  // namespace

Graph recognise_activations(const Graph& typed) {
  const Finder finder(typed);
  return with_composites(typed, [&](Rewrite& rewrite, Ref value) -> std::optional<Value> {
    const Found found = finder.find(value);
    if (!found) return std::nullopt;
    return rewrite.to().emit1(found->op, {rewrite[found->x]}, found->attrs);
  });
}

}  // namespace tenon
