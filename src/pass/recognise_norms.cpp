#include "pass/recognise_norms.h"

#include <algorithm>

#include "pass/matcher.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// One over the root of the mean of some squares: of x, or of x less its mean.
struct Inverse {
  Ref x;
  bool centres;
  Ints axes;
  double epsilon;
};

struct Norm {
  Inverse by;
  std::optional<Ref> scale = {};
  std::optional<Ref> bias = {};
};
using Found = std::optional<Norm>;

class Finder {
 public:
  explicit Finder(const Graph& typed) : matcher_(typed) {}

  Found find(Ref root) const {
    if (!is_float(matcher_.type(root).dtype) || matcher_.type(root).size() == 0) return std::nullopt;
    Found found;
    if (const Node* sum = matcher_.as(root, Op::add))
      found = with_bias(*sum);
    else
      found = scaled(root);
    if (!found || !are_last(found->by)) return std::nullopt;
    std::vector<Ref> sources{found->by.x};
    if (found->scale) sources.push_back(*found->scale);
    if (found->bias) sources.push_back(*found->bias);
    return matcher_.serve(root, sources) ? found : std::nullopt;
  }

 private:
  bool are_last(const Inverse& by) const {
    const std::int64_t rank = matcher_.type(by.x).rank();
    const auto count = static_cast<std::int64_t>(by.axes.size());
    return count > 0 && by.axes.front() == rank - count;  // sorted, each once
  }

  // The value before it was broadcast, if its dimensions are those of the normalised axes.
  std::optional<Ref> along(Ref wide, const Ints& axes) const {
    const Ref value = matcher_.narrow(wide);
    const std::vector<Dim>& dims = matcher_.type(value).dims;
    const std::vector<Dim>& all = matcher_.type(wide).dims;
    const std::size_t count = axes.size();
    if (value == wide || dims.size() < count || matcher_.number(wide)) return std::nullopt;
    const auto lead = dims.end() - static_cast<std::ptrdiff_t>(count);
    const bool fits = std::all_of(dims.begin(), lead, [](Dim dim) { return dim.is(1); }) &&
                      std::equal(lead, dims.end(), all.end() - static_cast<std::ptrdiff_t>(count));
    return fits ? std::optional(value) : std::nullopt;
  }

  // x less its mean over the axes, gives x.
  std::optional<Matcher::Reduction> centred(Ref value) const {
    const Node* difference = matcher_.as(value, Op::sub);
    const auto mean = difference ? matcher_.mean(matcher_.narrow(difference->inputs[1])) : std::nullopt;
    return mean && mean->of == difference->inputs[0] ? mean : std::nullopt;
  }

  std::optional<Ref> squared(Ref value) const {
    const Node& node = matcher_.node(value);
    if (node.op == Op::mul && node.inputs[0] == node.inputs[1]) return node.inputs[0];
    if (node.op == Op::pow && matcher_.number(node.inputs[1]) == 2) return node.inputs[0];
    return std::nullopt;
  }

  // Of mean(square) + epsilon.
  std::optional<Inverse> radicand(Ref value) const {
    const Node* sum = matcher_.as(value, Op::add);
    if (!sum) return std::nullopt;
    for (const std::size_t i : {0, 1}) {
      const auto epsilon = matcher_.number(sum->inputs[i]);
      const auto mean = epsilon ? matcher_.mean(sum->inputs[1 - i]) : std::nullopt;
      const auto square = mean ? squared(mean->of) : std::nullopt;
      if (!square) continue;
      const auto shifted = centred(*square);
      if (!shifted) return Inverse{*square, false, mean->axes, *epsilon};
      if (shifted->axes == mean->axes) return Inverse{shifted->of, true, mean->axes, *epsilon};
    }
    return std::nullopt;
  }

  // The root, or one over it.
  std::optional<Inverse> root(Ref value, bool inverse) const {
    const Node& node = matcher_.node(value);
    if (node.op == Op::pow && matcher_.number(node.inputs[1]) == (inverse ? -0.5 : 0.5))
      return radicand(node.inputs[0]);
    if (node.op == (inverse ? Op::rsqrt : Op::sqrt)) return radicand(node.inputs[0]);
    if (!inverse) return std::nullopt;
    if (node.op == Op::reciprocal) return root(matcher_.narrow(node.inputs[0]), false);
    const bool is_inverse = node.op == Op::div && matcher_.number(node.inputs[0]) == 1;
    return is_inverse ? root(matcher_.narrow(node.inputs[1]), false) : std::nullopt;
  }

  // A product of `of`, one over the root, and perhaps a scale.
  Found product(Ref value, const Inverse& by, Ref of) const {
    Norm norm{by};
    bool has_value = false, has_root = false;
    for (const Matcher::Factor& factor : matcher_.factors(value, {&of, 1})) {
      const auto inverse = root(matcher_.narrow(factor.value), !factor.divides);
      if (factor.value == of && !factor.divides && !has_value)
        has_value = true;
      else if (inverse && inverse->x == by.x && inverse->axes == by.axes && !has_root)
        has_root = true;
      else if (const auto scale = along(factor.value, by.axes); scale && !factor.divides && !norm.scale)
        norm.scale = scale;
      else
        return std::nullopt;
    }
    return has_value && has_root ? Found(norm) : std::nullopt;
  }

  // The root among the factors of a product, which says what is normalised.
  std::optional<Inverse> inverse_in(Ref value) const {
    for (const Matcher::Factor& factor : matcher_.factors(value))
      if (const auto inverse = root(matcher_.narrow(factor.value), !factor.divides)) return inverse;
    return std::nullopt;
  }

  Found scaled(Ref value) const {
    const Op op = matcher_.node(value).op;
    const auto by = op == Op::mul || op == Op::div ? inverse_in(value) : std::nullopt;
    if (!by) return std::nullopt;
    if (!by->centres) return product(value, *by, by->x);
    for (const Matcher::Factor& factor : matcher_.factors(value))
      if (const auto shifted = centred(factor.value); shifted && shifted->of == by->x)
        return product(value, *by, factor.value);
    return std::nullopt;
  }

  Found with_bias(const Node& sum) const {
    for (const std::size_t i : {0, 1}) {
      const Ref left = sum.inputs[i], right = sum.inputs[1 - i];
      if (auto shifted = moved_bias(left, right)) return shifted;
      Found norm = scaled(left);
      if (!norm || !norm->by.centres || !norm->scale) continue;
      norm->bias = along(right, norm->by.axes);
      if (norm->bias) return norm;
    }
    return std::nullopt;
  }

  // x k + (bias - mean k)
  Found moved_bias(Ref left, Ref right) const {
    const Node* difference = matcher_.as(right, Op::sub);
    const auto by = difference ? inverse_in(left) : std::nullopt;
    if (!by || !by->centres) return std::nullopt;
    Found norm = product(left, *by, by->x);
    if (!norm || !norm->scale) return std::nullopt;
    norm->bias = along(difference->inputs[0], by->axes);
    for (const Matcher::Factor& factor : matcher_.factors(difference->inputs[1])) {
      const auto mean = matcher_.mean(matcher_.narrow(factor.value));
      if (!mean || mean->of != by->x || mean->axes != by->axes) continue;
      const Found moved = product(difference->inputs[1], *by, factor.value);
      if (moved && moved->scale == norm->scale && norm->bias) return norm;
    }
    return std::nullopt;
  }

  Matcher matcher_;
};

Value written(Rewrite& rewrite, const Norm& norm) {
  const auto& [x, centres, axes, epsilon] = norm.by;
  const Shape shape = rewrite.from().type(x).shape();
  const std::int64_t axis = axes.front();
  const auto parameter = [&](std::optional<Ref> ref) {
    const Ints normalised(shape.begin() + axis, shape.end());
    const Value value = ref ? rewrite[*ref] : Value();
    return !ref || value.type().shape() == normalised ? value : reshape(value, normalised);
  };
  if (!centres) return rms_norm(rewrite[x], parameter(norm.scale), {axis, epsilon});
  return layer_norm(rewrite[x], parameter(norm.scale), parameter(norm.bias), {axis, epsilon});
}
}  // namespace

Graph recognise_norms(const Graph& typed) {
  const Finder finder(typed);
  return with_composites(typed, [&](Rewrite& rewrite, Ref value) -> std::optional<Value> {
    const Op op = typed.node(value).op;
    if (op != Op::add && op != Op::mul && op != Op::div) return std::nullopt;
    const Found found = finder.find(value);
    return found ? std::optional(written(rewrite, *found)) : std::nullopt;
  });
}

}  // namespace tenon
