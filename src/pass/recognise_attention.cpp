#include "pass/recognise_attention.h"

#include <numeric>

#include "pass/matcher.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// A value times a number.
struct Scaled {
  Ref value;
  double by = 1;
};

struct Operand {
  Ref value;
  bool transposed = false;  // as it is read, compared with how attention reads it
};

struct Attention {
  Operand q, k, v;
  std::optional<Ref> bias = {};
  double scale = 1;
};
using Found = std::optional<Attention>;

class Finder {
 public:
  explicit Finder(const Graph& typed) : matcher_(typed) {}

  Found find(Ref root) const {
    const Node* product = of_one_type(root);
    const Node* softmax = product ? matcher_.as(product->inputs[0], Op::softmax) : nullptr;
    if (!softmax || product->attrs.flag("transpose_a") || !is_last_axis(*softmax)) return std::nullopt;
    Found found = scores(softmax->inputs[0]);
    if (!found) return std::nullopt;
    found->v = {product->inputs[1], product->attrs.flag("transpose_b")};
    if (!shares_batches(*found)) return std::nullopt;
    std::vector<Ref> sources{found->q.value, found->k.value, found->v.value};
    if (found->bias) sources.push_back(*found->bias);
    return matcher_.serve(root, sources) ? found : std::nullopt;
  }

 private:
  // A product whose operands and result are of one float type.
  const Node* of_one_type(Ref value) const {
    const Node* product = matcher_.as(value, Op::matmul);
    if (!product) return nullptr;
    const DType dtype = matcher_.type(value).dtype;
    const bool is_one = is_float(dtype) && matcher_.type(product->inputs[0]).dtype == dtype &&
                        matcher_.type(product->inputs[1]).dtype == dtype;
    return is_one ? product : nullptr;
  }

  bool is_last_axis(const Node& softmax) const {
    const std::int64_t axis = softmax.attrs.integer("axis");
    return axis == -1 || axis == softmax.results[0].rank() - 1;
  }

  bool shares_batches(const Attention& found) const {
    const auto batch = [&](const Operand& operand) {
      const Shape shape = matcher_.type(operand.value).shape();
      return Shape(shape.begin(), shape.end() - 2);
    };
    return batch(found.q) == batch(found.k) && batch(found.k) == batch(found.v);
  }

  Scaled unscaled(Ref value) const {
    Scaled scaled{value};
    while (true) {
      const Node& node = matcher_.node(scaled.value);
      if (node.op != Op::mul && node.op != Op::div) return scaled;
      const auto right = matcher_.number(node.inputs[1]), left = matcher_.number(node.inputs[0]);
      if (right) {
        scaled = {node.inputs[0], node.op == Op::div ? scaled.by / *right : scaled.by * *right};
      } else if (left && node.op == Op::mul) {
        scaled = {node.inputs[1], scaled.by * *left};
      } else {
        return scaled;
      }
    }
  }

  Found scores(Ref value) const {
    if (auto plain = product(value)) return plain;
    const Node* sum = matcher_.as(value, Op::add);
    if (!sum) return std::nullopt;
    for (const std::size_t i : {0, 1})
      if (auto found = product(sum->inputs[i])) {
        found->bias = matcher_.narrow(sum->inputs[1 - i]);
        return found;
      }
    return std::nullopt;
  }

  Found product(Ref value) const {
    const Scaled whole = unscaled(value);
    const Node* product = of_one_type(whole.value);
    if (!product) return std::nullopt;
    const Scaled q = unscaled(product->inputs[0]), k = unscaled(product->inputs[1]);
    const double scale = whole.by * q.by * k.by;
    if (!(scale > 0)) return std::nullopt;
    return Attention{.q = {q.value, product->attrs.flag("transpose_a")},
                     .k = {k.value, !product->attrs.flag("transpose_b")},
                     .v = {},
                     .scale = scale};
  }

  Matcher matcher_;
};

Value with_last_two_swapped(Value value) {
  Ints perm(static_cast<std::size_t>(value.rank()));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return transpose(value, perm);
}

Value written(Rewrite& rewrite, const Attention& found) {
  const auto operand = [&](const Operand& it) {
    return it.transposed ? with_last_two_swapped(rewrite[it.value]) : rewrite[it.value];
  };
  return attention(operand(found.q), operand(found.k), operand(found.v),
                   found.bias ? rewrite[*found.bias] : Value(), found.scale);
}
}  // namespace

Graph recognise_attention(const Graph& typed) {
  const Finder finder(typed);
  return with_composites(typed, [&](Rewrite& rewrite, Ref value) -> std::optional<Value> {
    const Found found = typed.node(value).op == Op::matmul ? finder.find(value) : std::nullopt;
    return found ? std::optional(written(rewrite, *found)) : std::nullopt;
  });
}

}  // namespace tenon
