#include "pass/recognise_softmax.h"

#include "pass/matcher.h"

namespace tenon {

namespace {
struct Softmax {
  Ref x;
  std::int64_t axis;
};

class Finder {
 public:
  explicit Finder(const Graph& typed) : matcher_(typed) {}

  std::optional<Softmax> find(Ref root) const {
    const auto quotient = quotient_of(root);
    const Node* e = quotient ? matcher_.as(quotient->above, Op::exp) : nullptr;
    const auto sum = e ? matcher_.reduction(quotient->below, Op::reduce_sum) : std::nullopt;
    if (!sum || sum->of != quotient->above || sum->axes.size() != 1) return std::nullopt;
    const std::int64_t axis = sum->axes[0];
    for (const Ref x : {unshifted(e->inputs[0], axis), e->inputs[0]})
      if (matcher_.serve(root, {&x, 1})) return Softmax{x, axis};
    return std::nullopt;
  }

 private:
  struct Quotient {
    Ref above;
    Ref below;  // before it was broadcast
  };

  std::optional<Quotient> quotient_of(Ref root) const {
    const Node& node = matcher_.node(root);
    if (node.op == Op::div) return Quotient{node.inputs[0], matcher_.narrow(node.inputs[1])};
    if (node.op != Op::mul) return std::nullopt;
    for (const std::size_t i : {0, 1})
      if (const Node* inverse = matcher_.as(matcher_.narrow(node.inputs[i]), Op::reciprocal))
        return Quotient{node.inputs[1 - i], matcher_.narrow(inverse->inputs[0])};
    return std::nullopt;
  }

  Ref unshifted(Ref value, std::int64_t axis) const {
    const Node* shifted = matcher_.as(value, Op::sub);
    if (!shifted) return value;
    const auto largest = matcher_.reduction(matcher_.narrow(shifted->inputs[1]), Op::reduce_max);
    const bool fits = largest && largest->of == shifted->inputs[0] && largest->axes == Ints{axis};
    return fits ? shifted->inputs[0] : value;
  }

  Matcher matcher_;
};
}  // namespace

Graph recognise_softmax(const Graph& typed) {
  const Finder finder(typed);
  return with_composites(typed, [&](Rewrite& rewrite, Ref value) -> std::optional<Value> {
    const Op op = typed.node(value).op;
    if (op != Op::div && op != Op::mul) return std::nullopt;
    const auto found = finder.find(value);
    if (!found) return std::nullopt;
    return rewrite.to().emit1(Op::softmax, {rewrite[found->x]}, {{"axis", found->axis}});
  });
}

}  // namespace tenon
