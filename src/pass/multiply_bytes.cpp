#include "pass/multiply_bytes.h"

#include <algorithm>

#include "pass/byte_factor.h"
#include "pass/preparation.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
using Runs = std::function<bool(const Graph&, const Node&)>;
using Results = std::optional<std::vector<Value>>;

// How the axes of the weights meet those of the result.
struct Sides {
  std::size_t out;  // the axis of the weights that is one of the result
  Ints summed;      // the others
  Shape channels;   // one number for each place of `out`, beside the result
};

Sides sides_of(const Node& node, const Shape& weights) {
  if (node.op == Op::matmul) {
    const bool turned = node.attrs.flag("transpose_b");
    return {turned ? 0u : 1u, {turned ? 1 : 0}, {weights[turned ? 0 : 1]}};
  }
  Sides sides{0, {}, Shape(weights.size(), 1)};
  for (std::size_t axis = 1; axis < weights.size(); ++axis)
    sides.summed.push_back(static_cast<std::int64_t>(axis));
  sides.channels[1] = weights[0];
  return sides;
}

std::int64_t depth_of(const Sides& sides, const Shape& weights) {
  return element_count(weights) / std::max<std::int64_t>(weights[sides.out], 1);
}

bool is_single(Value value) { return !value.defined() || value.type().size() == 1; }

// Of the left factor: one for all or, of matrices, one a row.
bool is_for_rows(Value parameter, const Node& node) {
  if (is_single(parameter)) return true;
  return node.op == Op::matmul && parameter.type().dims.back().is(1);
}

// Of the weights: one for all, or one a channel of the result.
bool is_for_channels(Value parameter, const Shape& weights, const Sides& sides) {
  if (is_single(parameter)) return true;
  const Shape shape = parameter.type().shape();
  const std::size_t lead = weights.size() - shape.size();
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] != 1 && lead + axis != sides.out) return false;
  return true;
}

Value beside_result(Value parameter, const Sides& sides) {
  return reshape(parameter, is_single(parameter) ? Shape{} : sides.channels);
}

bool has_padding(const Node& node) {
  if (node.op != Op::conv) return false;
  const auto is_some = [](std::int64_t pad) { return pad != 0; };
  return std::ranges::any_of(node.attrs.ints("pads_low"), is_some) ||
         std::ranges::any_of(node.attrs.ints("pads_high"), is_some);
}

bool is_known(Value zero) { return node_of(zero).op == Op::constant && zero.type().size() == 1; }

// A product of bytes, and the corrections of its sums for both zero points.
class ByteProduct {
 public:
  ByteProduct(const Node& node, const ByteFactor& x, const ByteFactor& w)
      : node_(node), x_(x), w_(w), weights_(w_.bytes.type().shape()), sides_(sides_of(node, weights_)) {}

  bool is_possible(const Runs& runs) const {
    // Of numbers less a zero point each product is below 2^16.
    constexpr std::int64_t kDeepest = (std::int64_t{1} << 31) >> 16;
    const bool sums_floats = is_float(node_.results[0].dtype);
    if (sums_floats && depth_of(sides_, weights_) > kDeepest) return false;
    if (!is_for_rows(x_.scale, node_) || !is_for_rows(x_.zero, node_)) return false;
    if (!is_for_channels(w_.scale, weights_, sides_) || !is_for_channels(w_.zero, weights_, sides_))
      return false;
    if (w_.zero.defined() && node_.op == Op::conv) return false;
    if (x_.zero.defined() && has_padding(node_) && !is_known(x_.zero)) return false;
    return runs_alone(runs);
  }

  Value write() const {
    const Value sums = corrected();
    if (!is_float(node_.results[0].dtype)) return sums;
    const Value number = cast(sums, node_.results[0].dtype);
    const Value scale = scale_of_result();
    return scale.defined() ? number * scale : number;
  }

 private:
  bool runs_alone(const Runs& runs) const {
    Graph alone;
    const Value y =
        product(alone.input("x", x_.bytes.type()), alone.input("w", w_.bytes.type()), node_.attrs);
    return runs(alone, node_of(y));
  }

  static Value product(Op op, Value x, Value w, Attrs attrs) {
    attrs.set("result", DType::i32);
    return x.graph().emit1(op, {x, w}, attrs);
  }
  Value product(Value x, Value w, const Attrs& attrs) const { return product(node_.op, x, w, attrs); }

  // The zero point stands around the image, where the numbers are 0.
  Value sums_of_bytes() const {
    if (!x_.zero.defined() || !has_padding(node_)) return product(x_.bytes, w_.bytes, node_.attrs);
    PadOptions border{{0, 0}, {0, 0}, "constant", node_of(x_.zero).attrs.tensor("value").number()};
    Attrs attrs = node_.attrs;
    for (const auto& [side, counts] : {std::pair{"pads_low", &border.low}, {"pads_high", &border.high}}) {
      const Ints pads = attrs.ints(side);
      counts->insert(counts->end(), pads.begin(), pads.end());
      counts->resize(weights_.size());
      attrs.set(side, Ints{});
    }
    return product(pad(x_.bytes, border), w_.bytes, attrs);
  }

  // Σ(x - zx)(w - zw) = Σxw - zx·Σw - zw·(Σx - n·zx)
  Value corrected() const {
    Value sums = sums_of_bytes();
    if (x_.zero.defined()) {
      const Value of_weights = reduce_sum(cast(w_.bytes, DType::i32), sides_.summed);
      sums = sums - as_row_parameter(x_.zero) * reshape(of_weights, sides_.channels);
    }
    if (!w_.zero.defined()) return sums;
    Value of_rows = reduce_sum(cast(x_.bytes, DType::i32), {-1}, true);
    if (x_.zero.defined())
      of_rows = of_rows - as_row_parameter(x_.zero) * static_cast<double>(depth_of(sides_, weights_));
    return sums - of_rows * beside_result(w_.zero, sides_);
  }

  static Value as_row_parameter(Value parameter) {
    return is_single(parameter) ? reshape(parameter, Ints{}) : parameter;
  }

  Value scale_of_result() const {
    const Value of_x = x_.scale.defined() ? as_row_parameter(x_.scale) : Value();
    if (!w_.scale.defined()) return of_x;
    const Value of_w = beside_result(w_.scale, sides_);
    return of_x.defined() ? of_x * of_w : of_w;
  }

  const Node& node_;
  ByteFactor x_;
  ByteFactor w_;
  Shape weights_;
  Sides sides_;
};

// Of i32 or f32, with a single matrix of weights on the right.
bool may_be_of_bytes(const Graph& graph, const Node& node) {
  if (node.op != Op::matmul && node.op != Op::conv) return false;
  const DType dtype = node.results[0].dtype;
  if (graph.type(node.inputs[0]).dtype != dtype || (dtype != DType::i32 && dtype != DType::f32)) return false;
  return node.op == Op::conv || (!node.attrs.flag("transpose_a") && graph.type(node.inputs[1]).rank() == 2);
}
}  // namespace

Graph multiply_bytes(const Graph& typed, const Runs& runs) {
  const std::vector<bool> fixed = fixed_nodes(typed);
  return Rewrite::apply(typed, [&](Rewrite&, const Node& node, std::span<const Value> in) -> Results {
    if (!may_be_of_bytes(typed, node) || !fixed[node.inputs[1].node]) return std::nullopt;
    const auto x = byte_factor(in[0]);
    const auto w = x ? byte_factor(in[1]) : std::nullopt;
    if (!w) return std::nullopt;
    const ByteProduct product(node, as_unsigned(*x), as_signed(*w));
    if (!product.is_possible(runs)) return std::nullopt;
    return {{product.write()}};
  });
}

}  // namespace tenon
