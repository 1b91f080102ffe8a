#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

namespace {
using Kind = onednn::ConvSpec::Kind;

Ints filled(const Ints& values, std::size_t count, std::int64_t fallback) {
  return values.empty() ? Ints(count, fallback) : values;
}

onednn::Operand plain(const Type& type) {
  const Shape dims = type.shape();
  return {type.dtype, dims, onednn::row_major(dims.size())};
}

// Filters in groups have the groups as an axis of their own, in the same memory.
onednn::Operand filters(const Type& type, std::int64_t groups) {
  onednn::Operand operand = plain(type);
  if (groups == 1) return operand;
  operand.dims[0] /= groups;
  operand.dims.insert(operand.dims.begin(), groups);
  operand.layout = onednn::row_major(operand.dims.size());
  return operand;
}

// An image, plain or with its channels in blocks, which of bytes and their sums is one of all channels.
onednn::Operand image(const Type& type, std::int64_t block) {
  onednn::Operand operand = plain(type);
  const bool is_last = !is_float(type.dtype) && operand.dims[1] == block;
  if (block) operand.layout = is_last ? onednn::channels_last(4) : onednn::Layout{cat("aBcd", block, "b")};
  return operand;
}

// The library's inference kernels want filters that were transformed before; where that cannot be done once,
// doing it in every run takes many times as long as the convolution.
bool is_inference(const Parts& parts) { return parts.packable || parts.packed_weights.has_value(); }

onednn::ConvSpec spec_of(const Parts& parts) {
  const Graph& graph = parts.graph;
  const Node& node = graph.node(parts.root);
  const auto& blocks = parts.operand_blocks;
  const std::int64_t groups = node.attrs.integer("groups");
  const Type& a = graph.type(node.inputs[0]);
  const Type& b = graph.type(node.inputs[1]);
  const Type result = parts.stored_type();
  onednn::ConvSpec spec;
  if (node.op == Op::conv) {
    spec.kind = is_inference(parts) ? Kind::forward_inference : Kind::forward_training;
    spec.x = image(a, blocks[0]);
    spec.w = filters(b, groups);
    spec.y = image(result, parts.result_block);
  } else if (node.op == Op::conv_transpose) {
    spec.kind = Kind::input_gradient;
    spec.x = image(result, parts.result_block);
    spec.w = filters(b, groups);
    spec.y = image(a, blocks[0]);
  } else {
    spec.kind = Kind::filter_gradient;
    spec.x = image(a, blocks[0]);
    spec.w = filters(result, groups);
    spec.y = image(b, blocks[1]);
  }
  const std::size_t spatial = spec.y.dims.size() - 2;
  spec.strides = filled(node.attrs.ints("strides"), spatial, 1);
  spec.dilations = filled(node.attrs.ints("dilations"), spatial, 1);
  spec.pad_begin = filled(node.attrs.ints("pads_low"), spatial, 0);
  spec.pad_end = filled(node.attrs.ints("pads_high"), spatial, 0);
  return spec;
}

std::vector<onednn::Operand> operands_of(const onednn::ConvSpec& spec) {
  switch (spec.kind) {
    case Kind::input_gradient:
      return {spec.y, spec.w, spec.x};
    case Kind::filter_gradient:
      return {spec.x, spec.y, spec.w};
    default:
      break;
  }
  std::vector<onednn::Operand> operands{spec.x, spec.w};
  if (spec.bias) operands.push_back({*spec.bias, {spec.y.dims[1]}, onednn::row_major(1)});
  for (const onednn::PostOp& op : spec.epilogue)
    if (!op.operand.dims.empty()) operands.push_back(op.operand);
  operands.push_back(spec.y);
  return operands;
}
}  // namespace

bool uses_winograd(const Parts& parts) {
  return onednn::is_winograd(onednn::choose_algorithm(spec_of(parts)));
}

onednn::Operand convolution_weights(const Parts& parts) { return spec_of(parts).w; }

std::optional<std::size_t> accumulated_part(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  // Of a plain image the library may choose the layout, and then another memory holds the result at first.
  if (root.op != Op::conv || !parts.result_block) return std::nullopt;
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i) {
    const EpiloguePart& part = parts.epilogue[i];
    const bool adds = part.has_operand && !part.is_bias && part.post_op.kind == onednn::PostOp::Kind::add;
    if (adds && part.post_op.operand.dims == root.results[0].shape() &&
        part.post_op.operand.dtype == parts.stored_type().dtype)
      return i;
  }
  return std::nullopt;
}

std::optional<onednn::Arranged> make_convolution(const Parts& parts, int threads) {
  onednn::ConvSpec spec = spec_of(parts);
  const auto accumulated = accumulated_part(parts);
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i) {
    if (parts.epilogue[i].is_bias)
      spec.bias = parts.graph.type(parts.epilogue[i].operand).dtype;
    else if (i == accumulated)
      spec.epilogue.push_back({onednn::PostOp::Kind::accumulate, 1});
    else
      append(spec.epilogue, parts.epilogue[i].post_op);
  }
  if (parts.packed_weights) spec.w = *parts.packed_weights;
  const std::vector<onednn::Operand> given = operands_of(spec);
  // What is blocked already stays as it is; for the rest the library chooses.
  spec.w.layout = {};
  for (onednn::Operand* operand : {&spec.x, &spec.y})
    if (operand->layout == onednn::row_major(operand->dims.size())) operand->layout = {};
  auto primitive = onednn::make_convolution(spec, threads);
  if (!primitive) return std::nullopt;
  return onednn::Arranged::make(std::move(*primitive), given, threads);
}

}  // namespace tenon::cpu
