#include "backend/cpu/onednn/reading.h"

#include <algorithm>

#include "backend/backend.h"
#include "backend/cpu/onednn/own_kernels.h"
#include "backend/cpu/onednn/packed.h"
#include "op/blocked.h"
#include "tenon/op.h"

namespace tenon::cpu {

bool is_convolution(const Node& node) {
  return node.op == Op::conv || node.op == Op::conv_transpose || node.op == Op::conv_filter;
}

bool is_root(const Node& node) { return node.op == Op::matmul || is_convolution(node); }

bool is_contraction(const Node& node) {
  return is_root(node) || (node.op == Op::fused && node.attrs.text("kind") == kFusedContraction);
}

ChainKind chain_kind(const Node& root, std::int64_t block) {
  if (!is_convolution(root)) return ChainKind::matrix;
  return block ? ChainKind::blocked_image : ChainKind::image;
}

bool rounds_result(const Graph& graph, const Node& root, Ref chain, const Node& consumer) {
  const auto is_narrow = [&](Ref ref) { return graph.type(ref).dtype == DType::bf16; };
  return consumer.op == Op::cast && consumer.results[0].dtype == DType::bf16 &&
         graph.type(chain).dtype == DType::f32 && std::ranges::all_of(root.inputs, is_narrow);
}

namespace {
struct Read {
  Ref ref;
  std::int64_t block;
};

// What a root reads: from before it was unpacked, or unblocked.
Read read_by(Parts& parts, const Node& root, Ref input) {
  const Node& node = parts.graph.node(input);
  if (node.op == Op::relayout) {
    parts.own_kernel = own_kernel(node.attrs.text("layout"));
    if (parts.own_kernel != OwnKernel::none) return {node.inputs[0], 0};
    parts.packed_weights = onednn::form_of(node.attrs.text("layout"), node.results[0].dtype).packed;
    return {node.inputs[0], 0};
  }
  const auto blocked = is_convolution(root) ? unblocked_from(parts.graph, input) : std::nullopt;
  if (!blocked) return {input, 0};
  return {*blocked, parts.graph.type(*blocked).dims[4].constant()};
}
}  // namespace

Parts read_root(const Graph& body, std::uint32_t root) {
  Parts parts{body, {root}, {}, {}, {}, 0};
  for (const Ref input : body.nodes()[root].inputs) {
    const Read read = read_by(parts, body.nodes()[root], input);
    parts.operands.push_back(read.ref);
    parts.operand_blocks.push_back(read.block);
  }
  return parts;
}

namespace {
// The body read from its root on: blocking, then what is an epilogue.
std::optional<Parts> parts_of(const Graph& body) {
  std::optional<Parts> parts;
  Ref chain;
  for (std::uint32_t id = 0; id < body.nodes().size(); ++id) {
    const Node& node = body.nodes()[id];
    if (is_root(node)) {
      parts.emplace(read_root(body, id));
      chain = {id};
      continue;
    }
    if (!parts || std::find(node.inputs.begin(), node.inputs.end(), chain) == node.inputs.end()) continue;
    if (chain == parts->root && cuts_channels(body, node)) {
      chain = {id};
    } else if (cuts_channels(body, body.node(chain)) && puts_block_last(node)) {
      parts->result_block = node.results[0].dims[4].constant();
      chain = {id};
    } else if (rounds_result(body, body.node(parts->root), chain, node)) {
      parts->stored_as = node.results[0].dtype;
      chain = {id};
    } else {
      const ChainKind kind = chain_kind(body.node(parts->root), parts->result_block);
      auto part = match_epilogue(body, {chain, kind, parts->epilogue.empty(), false}, node);
      if (!part) return std::nullopt;
      parts->epilogue.push_back(std::move(*part));
      chain = {id};
    }
  }
  return parts;
}

// A single node as the body of a group, so that both are compiled alike.
Graph alone(const Graph& graph, const Node& node) {
  Graph body("body");
  Node moved = node;
  for (std::uint32_t i = 0; i < node.inputs.size(); ++i)
    moved.inputs[i] = body.input(cat("i", i), graph.type(node.inputs[i])).ref();
  body.append(std::move(moved));
  return body;
}
}  // namespace

Reading::Reading(const Graph& lowered, const Node& node)
    : own(node.op == Op::fused ? Graph() : alone(lowered, node)),
      body(node.op == Op::fused ? *node.bodies[0] : own),
      parts(parts_of(body)) {}

// A number that is repeated may be reshaped in the group: its bytes are the same.
std::uint32_t position_of(const Graph& body, Ref ref) {
  while (body.node(ref).op == Op::reshape) ref = body.node(ref).inputs[0];
  for (std::uint32_t i = 0; i < body.inputs().size(); ++i)
    if (body.inputs()[i] == ref.node) return i;
  throw std::logic_error("an operand of an epilogue is no input of its group");
}

}  // namespace tenon::cpu
