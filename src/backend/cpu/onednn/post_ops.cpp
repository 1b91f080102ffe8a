#include "backend/cpu/onednn/post_ops.h"

#include <algorithm>
#include <limits>

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

// What is read narrow needs not be made wide in memory.
Ref before_widening(const Graph& graph, Ref ref) {
  const Node& node = graph.node(ref);
  const bool widens = node.op == Op::cast && node.results[0].dtype == DType::f32 &&
                      graph.type(node.inputs[0]).dtype == DType::bf16;
  return widens ? node.inputs[0] : ref;
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

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::optional<onednn::PostOp> with_number(Op op, float number) {
  switch (op) {
    case Op::mul:
      return onednn::PostOp{Kind::linear, number, 0};
    case Op::add:
      return onednn::PostOp{Kind::linear, 1, number};
    case Op::maximum:
      return onednn::PostOp{Kind::clip, number, kInfinity};
    case Op::minimum:
      return onednn::PostOp{Kind::clip, -kInfinity, number};
    default:
      return std::nullopt;
  }
}

bool is_bound(Op op) { return op == Op::maximum || op == Op::minimum; }

bool is_relu(const onednn::PostOp& op) { return op.kind == Kind::relu && op.alpha == 0; }

// Relu is a clip too, and the one that every kernel of the library has.
onednn::PostOp as_clip(const onednn::PostOp& op) {
  return is_relu(op) ? onednn::PostOp{Kind::clip, 0, kInfinity} : op;
}
onednn::PostOp as_relu(const onednn::PostOp& op) {
  const bool cuts_negatives = op.kind == Kind::clip && op.alpha == 0 && op.beta == kInfinity;
  return cuts_negatives ? onednn::PostOp{Kind::relu} : op;
}
}  // namespace

void append(std::vector<onednn::PostOp>& epilogue, const onednn::PostOp& op) {
  onednn::PostOp clip = as_clip(op);
  if (clip.kind == Kind::clip && !epilogue.empty() && as_clip(epilogue.back()).kind == Kind::clip) {
    const onednn::PostOp before = as_clip(epilogue.back());
    epilogue.pop_back();
    clip = {Kind::clip, std::clamp(before.alpha, clip.alpha, clip.beta),
            std::clamp(before.beta, clip.alpha, clip.beta)};
  }
  epilogue.push_back(as_relu(clip));
}

bool is_linear(const Graph& graph, const Node& node) {
  if (node.op != Op::mul && node.op != Op::add) return false;
  return std::ranges::any_of(node.inputs, [&](Ref input) { return splat(graph, input).has_value(); });
}

std::optional<EpiloguePart> match_epilogue(const Graph& graph, const Chain& chain, const Node& consumer) {
  const Type& type = graph.type(chain.value);
  if (consumer.results.size() != 1 || consumer.results[0] != type) return std::nullopt;
  EpiloguePart part;
  if (const auto unary = unary_kind(consumer.op)) {
    part.post_op = {*unary};
    return part;
  }
  if (consumer.inputs.size() != 2 || consumer.inputs[0] == consumer.inputs[1]) return std::nullopt;
  const bool chain_is_left = consumer.inputs[0] == chain.value;
  if (!chain_is_left && consumer.op == Op::sub) return std::nullopt;
  if (is_bound(consumer.op) && chain.keep_nan) return std::nullopt;
  const Ref other = consumer.inputs[chain_is_left ? 1 : 0];
  if (const auto number = splat(graph, other)) {
    const auto op = with_number(consumer.op, static_cast<float>(*number));
    if (!op) return std::nullopt;
    part.post_op = *op;
    return part;
  }
  const auto binary = binary_kind(consumer.op);
  if (!binary) return std::nullopt;
  part.has_operand = true;
  part.operand = before_widening(graph, before_broadcast(graph, other));
  const Type& held = graph.type(part.operand);
  const Shape dims = aligned(held.shape(), static_cast<std::size_t>(type.rank()));
  part.is_bias =
      chain.is_bare && consumer.op == Op::add && is_along(dims, chain.kind) && held.dtype == type.dtype;
  if (part.is_bias) return part;
  // Of a blocked image, what is neither a bias nor of the image's own shape has no layout that the library
  // knows; and a plain image it would rather write in a layout of its own.
  const bool is_like_result = dims == type.shape();
  if (chain.kind == ChainKind::blocked_image && !is_like_result) return std::nullopt;
  if (chain.kind == ChainKind::image && is_like_result) return std::nullopt;
  part.post_op = {*binary, 0, 0, library_operand(held.dtype, dims, chain.kind)};
  return part;
}

}  // namespace tenon::cpu
