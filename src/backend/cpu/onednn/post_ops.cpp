#include "backend/cpu/onednn/post_ops.h"

#include <algorithm>

namespace tenon::cpu {

namespace {
using Kind = onednn::PostOp::Kind;

bool moves_nothing(const Node& node) { return node.op == Op::broadcast_to || node.op == Op::reshape; }

// The one element that a value repeats.
std::optional<double> splat(const Graph& graph, Ref ref) {
  while (moves_nothing(graph.node(ref))) ref = graph.node(ref).inputs[0];
  const Node& node = graph.node(ref);
  if (node.op != Op::constant || node.results[0].size() != 1) return std::nullopt;
  return node.attrs.tensor("value").number();
}

Ref before_broadcast(const Graph& graph, Ref ref) {
  return graph.node(ref).op == Op::broadcast_to ? graph.node(ref).inputs[0] : ref;
}

// Its dimensions with leading ones, to the rank of what it is combined with.
Shape aligned(const Shape& shape, std::size_t rank) {
  Shape dims(rank - shape.size(), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return dims;
}

// One number a column of a matrix, or a channel of an image.
bool is_along(const Shape& dims, ChainKind kind) {
  if (kind == ChainKind::blocked_image) return dims[0] == 1 && dims[2] == 1 && dims[3] == 1 && dims[4] != 1;
  const std::size_t axis = kind == ChainKind::image ? 1 : dims.size() - 1;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if ((dims[i] == 1) == (i == axis)) return false;
  return true;
}

// The operand as the library knows it: a blocked image by its layout.
onednn::Operand library_operand(DType dtype, const Shape& dims, ChainKind kind) {
  if (kind != ChainKind::blocked_image) return {dtype, dims, onednn::row_major(dims.size())};
  return {dtype, {dims[0], dims[1] * dims[4], dims[2], dims[3]}, {cat("aBcd", dims[4], "b")}};
}

// The library's maximum, minimum, relu and exp make a number of NaN: loops do these.
std::optional<Kind> binary_kind(Op op) {
  switch (op) {
    case Op::add:
      return Kind::add;
    case Op::sub:
      return Kind::subtract;
    case Op::mul:
      return Kind::multiply;
    default:
      return std::nullopt;
  }
}

std::optional<Kind> unary_kind(Op op) {
  switch (op) {
    case Op::tanh:
      return Kind::tanh;
    case Op::abs:
      return Kind::abs;
    case Op::sqrt:
      return Kind::sqrt;
    default:
      return std::nullopt;
  }
}

std::optional<EpiloguePart> with_number(Op op, double number) {
  EpiloguePart part;
  if (op == Op::mul)
    part.post_op = {Kind::linear, static_cast<float>(number), 0};
  else if (op == Op::add)
    part.post_op = {Kind::linear, 1, static_cast<float>(number)};
  else
    return std::nullopt;
  return part;
}
}  // namespace

std::optional<EpiloguePart> match_epilogue(const Graph& graph, Ref chain, const Node& consumer, bool first,
                                           ChainKind kind) {
  const Type& type = graph.type(chain);
  if (consumer.results.size() != 1 || consumer.results[0] != type) return std::nullopt;
  EpiloguePart part;
  if (const auto unary = unary_kind(consumer.op)) {
    part.post_op = {*unary};
    return part;
  }
  const auto binary = binary_kind(consumer.op);
  if (!binary || consumer.inputs[0] == consumer.inputs[1]) return std::nullopt;
  const bool chain_is_left = consumer.inputs[0] == chain;
  if (!chain_is_left && consumer.op == Op::sub) return std::nullopt;
  const Ref other = consumer.inputs[chain_is_left ? 1 : 0];
  if (const auto number = splat(graph, other)) return with_number(consumer.op, *number);
  part.has_operand = true;
  part.operand = before_broadcast(graph, other);
  const Type& held = graph.type(part.operand);
  const Shape dims = aligned(held.shape(), static_cast<std::size_t>(type.rank()));
  part.is_bias = first && consumer.op == Op::add && is_along(dims, kind) && held.dtype == type.dtype;
  if (part.is_bias) return part;
  // Of a blocked image, what is neither a bias nor of the image's own shape has no layout that the library
  // knows.
  if (kind == ChainKind::blocked_image && dims != type.shape()) return std::nullopt;
  part.post_op = {*binary, 0, 0, library_operand(held.dtype, dims, kind)};
  return part;
}

}  // namespace tenon::cpu
