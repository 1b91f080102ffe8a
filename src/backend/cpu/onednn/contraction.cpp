#include "backend/cpu/contraction.h"

#include <algorithm>

#include "backend/cpu/onednn/parts.h"
#include "backend/host.h"
#include "codegen/target.h"
#include "op/blocked.h"
#include "tenon/op.h"

namespace tenon::cpu {

namespace {
bool is_library_type(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; }

class ContractionStep : public Step {
 public:
  ContractionStep(onednn::Arranged primitive, std::vector<std::uint32_t> order, int threads)
      : primitive_(std::move(primitive)),
        order_(std::move(order)),
        arguments_(order_.size()),
        threads_(threads) {}

  void run(Stream&, void* const* addresses) override {
    for (std::size_t i = 0; i < order_.size(); ++i) arguments_[i] = addresses[order_[i]];
    const onednn::ThreadCount team(threads_);
    primitive_.run(arguments_, scratch_bytes() ? addresses[order_.back() + 1] : nullptr);
  }

  std::size_t scratch_bytes() const override { return primitive_.scratch_bytes(); }
  std::string describe() const override { return primitive_.describe(); }
  bool allocates_in_library() const override { return true; }

 private:
  onednn::Arranged primitive_;
  std::vector<std::uint32_t>
      order_;  // of the step's addresses, as the primitive takes them; the result is last
  std::vector<void*> arguments_;
  int threads_;
};

// Where the step finds each argument: the position of an inner input among the node's inputs.
std::vector<std::uint32_t> argument_order(const Parts& parts, const Graph& body, std::size_t inputs) {
  const auto position = [&](Ref ref) {
    for (std::uint32_t i = 0; i < body.inputs().size(); ++i)
      if (body.inputs()[i] == ref.node) return i;
    throw std::logic_error("an operand of an epilogue is no input of its group");
  };
  std::vector<std::uint32_t> order;
  for (const Ref operand : parts.operands) order.push_back(position(operand));
  for (const EpiloguePart& part : parts.epilogue)
    if (part.has_operand) order.push_back(position(part.operand));
  order.push_back(static_cast<std::uint32_t>(inputs));
  return order;
}

bool is_convolution(const Node& node) {
  return node.op == Op::conv || node.op == Op::conv_transpose || node.op == Op::conv_filter;
}

ChainKind image_kind(const Node& root, std::int64_t block) {
  if (!is_convolution(root)) return ChainKind::matrix;
  return block ? ChainKind::blocked_image : ChainKind::image;
}

bool is_root(const Node& node) { return node.op == Op::matmul || is_convolution(node); }

bool takes_block(const Graph& graph, const Node& node) {
  return is_convolution(node) && node.op != Op::conv_filter &&
         graph.type({static_cast<std::uint32_t>(&node - graph.nodes().data())}).rank() == 4;
}

Parts begin(const Graph& body, std::uint32_t root) {
  Parts parts{body, {root}, {}, {}, {}, 0};
  for (const Ref input : body.nodes()[root].inputs) {
    const auto blocked = is_convolution(body.nodes()[root]) ? unblocked_from(body, input) : std::nullopt;
    parts.operands.push_back(blocked.value_or(input));
    parts.operand_blocks.push_back(blocked ? body.type(*blocked).dims[4].constant() : 0);
  }
  return parts;
}

// The body read from its root on: blocking, then what is an epilogue.
std::optional<Parts> parts_of(const Graph& body) {
  std::optional<Parts> parts;
  Ref chain;
  for (std::uint32_t id = 0; id < body.nodes().size(); ++id) {
    const Node& node = body.nodes()[id];
    if (is_root(node)) {
      parts.emplace(begin(body, id));
      chain = {id};
      continue;
    }
    if (!parts || std::find(node.inputs.begin(), node.inputs.end(), chain) == node.inputs.end()) continue;
    if (chain == parts->root && cuts_channels(body, node)) {
      chain = {id};
    } else if (cuts_channels(body, body.node(chain)) && puts_block_last(node)) {
      parts->result_block = node.results[0].dims[4].constant();
      chain = {id};
    } else {
      auto part = match_epilogue(body, chain, node, parts->epilogue.empty(),
                                 image_kind(body.node(parts->root), parts->result_block));
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

bool contractions_available() { return true; }

std::string describe_contractions() { return "oneDNN"; }

bool runs_as_contraction(const Graph& graph, const Node& node) {
  if (!is_root(node) || !is_library_type(node.results[0].dtype) || node.results[0].size() == 0) return false;
  for (const Ref input : node.inputs)
    if (graph.type(input).size() == 0) return false;
  return true;
}

std::int64_t preferred_channel_block(const Graph& graph, const Node& node) {
  constexpr std::int64_t kBlock = 16;  // f32 lanes of AVX-512
  if (!is_convolution(node) || !runs_as_contraction(graph, node)) return 0;
  const bool fits = node.results[0].dtype == DType::f32 && graph.type(node.inputs[0]).rank() == 4 &&
                    node.attrs.integer("groups") == 1;
  return fits && codegen::native_target().simd == codegen::Simd::avx512 ? kBlock : 0;
}

// Measured where the convolution had no padding, so that its gradient has most: 1.02 to 1.13 times as fast,
// where there are few channels to begin with no slower. Winograd has no padding beyond 1, and is the same
// both ways.
bool is_faster_forward(const Graph& graph, const Node& node) {
  if (node.op != Op::conv_transpose || !preferred_channel_block(graph, node)) return false;
  const auto none = [](const Ints& pads) {
    return std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; });
  };
  const Shape filter = graph.type(node.inputs[1]).shape();
  const auto id = static_cast<std::uint32_t>(&node - graph.nodes().data());
  return filter[2] * filter[3] > 1 && none(node.attrs.ints("pads_low")) &&
         none(node.attrs.ints("pads_high")) && !uses_winograd(begin(graph, id));
}

bool reads_through(const Graph& graph, const Node& contraction, const Node& producer) {
  if (!is_convolution(contraction)) return false;
  const auto id = static_cast<std::uint32_t>(&producer - graph.nodes().data());
  return unblocked_from(graph, {id}).has_value();
}

bool joins_epilogue(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
                    const Node& consumer) {
  const auto root = static_cast<std::uint32_t>(&contraction - graph.nodes().data());
  if (epilogue.empty() && takes_block(graph, contraction) && cuts_channels(graph, consumer)) return true;
  const bool is_cut = !epilogue.empty() && cuts_channels(graph, graph.nodes()[epilogue[0]]);
  if (is_cut && epilogue.size() == 1) return puts_block_last(consumer);
  if (contraction.op != Op::matmul && contraction.op != Op::conv)
    return false;  // the library's gradients stand alone
  const std::size_t movement = is_cut ? 2 : 0;
  const Ref chain = epilogue.empty() ? Ref{root} : Ref{epilogue.back()};
  const std::int64_t block = is_cut ? graph.type(chain).dims[4].constant() : 0;
  return match_epilogue(graph, chain, consumer, epilogue.size() == movement, image_kind(contraction, block))
      .has_value();
}

std::unique_ptr<Step> compile_contraction(const Graph& lowered, const Node& node,
                                          const BackendOptions& options) {
  const bool fused = node.op == Op::fused && node.attrs.text("kind") == kFusedContraction;
  if (!fused && !is_root(node)) return nullptr;
  const Graph single = fused ? Graph() : alone(lowered, node);
  const Graph& body = fused ? *node.bodies[0] : single;
  const auto parts = parts_of(body);
  if (!parts) return nullptr;
  const bool convolves = is_convolution(body.node(parts->root));
  auto primitive =
      convolves ? make_convolution(*parts, options.threads) : make_matmul(*parts, options.threads);
  if (!primitive) return nullptr;
  return std::make_unique<ContractionStep>(std::move(*primitive),
                                           argument_order(*parts, body, node.inputs.size()), options.threads);
}

}  // namespace tenon::cpu
