#include "pass/simplify.h"

#include <cmath>
#include <numeric>

#include "pass/permutations.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
using Inputs = std::span<const Value>;

// The single number that a value consists of, seen through broadcasts.
std::optional<double> splat(Value value) {
  const Value constant = repeated_constant(value);
  return constant.defined() ? std::optional(node_of(constant).attrs.tensor("value").number()) : std::nullopt;
}

bool is_splat(Value value, double number) {
  const auto held = splat(value);
  return held && *held == number && std::signbit(*held) == std::signbit(number);
}

Results keep(Value value) { return std::vector<Value>{value}; }

Results identities(const Node& node, Inputs in) {
  switch (node.op) {
    case Op::stop_gradient:
      return keep(in[0]);
    case Op::cast:
      return in[0].dtype() == node.attrs.dtype("dtype") ? keep(in[0]) : Results();
    case Op::neg:
      return node_of(in[0]).op == Op::neg ? keep(input_of(in[0], 0)) : Results();
    case Op::mul:
      if (is_splat(in[1], 1)) return keep(in[0]);
      return is_splat(in[0], 1) ? keep(in[1]) : Results();
    case Op::div:
      return is_splat(in[1], 1) ? keep(in[0]) : Results();
    // x + -0 is x for every x; x + 0 is not, for x = -0. Integers have one zero.
    case Op::add: {
      const double zero = is_float(in[0].dtype()) ? -0.0 : 0.0;
      if (is_splat(in[1], zero)) return keep(in[0]);
      return is_splat(in[0], zero) ? keep(in[1]) : Results();
    }
    case Op::sub:
      return is_splat(in[1], 0) ? keep(in[0]) : Results();
    default:
      return std::nullopt;
  }
}

// A division by a power of two is the multiplication by its inverse, to the bit.
Results divisions(Rewrite& rewrite, const Node& node, Inputs in) {
  if (node.op != Op::div || !is_float(in[0].dtype())) return std::nullopt;
  const auto divisor = splat(in[1]);
  int exponent = 0;
  if (!divisor || std::fabs(std::frexp(*divisor, &exponent)) != 0.5 || std::abs(exponent) > 14)
    return std::nullopt;
  Graph& graph = rewrite.to();
  const Value inverse = graph.constant(Tensor::full(in[0].dtype(), {}, 1 / *divisor));
  const Value wide = graph.emit1(Op::broadcast_to, {inverse}, {{"shape", in[0].type().shape()}});
  return keep(graph.emit1(Op::mul, {in[0], wide}));
}

Results movement(Rewrite& rewrite, const Node& node, Inputs in) {
  if (node.op != Op::reshape && node.op != Op::broadcast_to && node.op != Op::transpose) return std::nullopt;
  const Shape from = in[0].type().shape();
  const Shape to = node.results[0].shape();
  const bool chained = node_of(in[0]).op == node.op;
  if (node.op == Op::transpose) {
    const Ints perm = permutation_of(node);
    const Ints before = chained ? permutation_of(node_of(in[0])) : Ints();
    if (is_identity(perm)) return keep(in[0]);
    if (!chained) return std::nullopt;
    const Ints both = combined(before, perm);
    if (is_identity(both)) return keep(input_of(in[0], 0));
    return keep(rewrite.to().emit1(Op::transpose, {input_of(in[0], 0)}, {{"perm", both}}));
  }
  if (from == to) return keep(in[0]);
  if (!chained) return std::nullopt;
  const Value source = input_of(in[0], 0);
  if (source.type().shape() == to) return keep(source);
  return keep(rewrite.to().emit1(node.op, {source}, {{"shape", to}}));
}

bool swaps_last_two(Value value) {
  if (node_of(value).op != Op::transpose) return false;
  Ints swapped(static_cast<std::size_t>(value.rank()));
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
  return permutation_of(node_of(value)) == swapped;
}

Results transposed_operands(Rewrite& rewrite, const Node& node, Inputs in) {
  if (node.op != Op::matmul || (!swaps_last_two(in[0]) && !swaps_last_two(in[1]))) return std::nullopt;
  bool flags[2] = {node.attrs.flag("transpose_a"), node.attrs.flag("transpose_b")};
  Value operands[2] = {in[0], in[1]};
  for (int i = 0; i < 2; ++i) {
    if (!swaps_last_two(operands[i])) continue;
    operands[i] = input_of(operands[i], 0);
    flags[i] = !flags[i];
  }
  Attrs attrs = node.attrs;
  attrs.set("transpose_a", flags[0]);
  attrs.set("transpose_b", flags[1]);
  return keep(rewrite.to().emit1(Op::matmul, {operands[0], operands[1]}, attrs));
}
}  // namespace

Graph simplify(const Graph& graph) {
  return Rewrite::apply(graph, [](Rewrite& rewrite, const Node& node, Inputs in) -> Results {
    if (auto same = identities(node, in)) return same;
    if (auto product = divisions(rewrite, node, in)) return product;
    if (auto moved = movement(rewrite, node, in)) return moved;
    return transposed_operands(rewrite, node, in);
  });
}

}  // namespace tenon
