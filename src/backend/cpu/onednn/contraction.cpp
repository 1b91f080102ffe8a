#include "backend/cpu/contraction.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/onednn/own_kernels.h"
#include "backend/cpu/onednn/packed.h"
#include "backend/cpu/onednn/parts.h"
#include "backend/host.h"
#include "codegen/target.h"
#include "op/blocked.h"
#include "tenon/op.h"

namespace tenon::cpu {

namespace {
bool is_library_type(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; }

bool has_library_types(const Graph& graph, const Node& node) {
  const auto is_taken = [&](Ref input) { return is_library_type(graph.type(input).dtype); };
  return is_library_type(node.results[0].dtype) && std::ranges::all_of(node.inputs, is_taken);
}

// A convolution of each channel by itself.
bool is_depthwise(const Graph& graph, const Node& node) {
  const Shape filter = graph.type(node.inputs[1]).shape();
  return node.op == Op::conv && filter[0] == node.attrs.integer("groups") && filter[1] == 1;
}

// u8 with i8 is what the vector units multiply, and what the library has fast kernels for; all else in bytes
// it would do by its reference.
bool multiplies_bytes(const Graph& graph, const Node& node) {
  const Type& a = graph.type(node.inputs[0]);
  const Type& b = graph.type(node.inputs[1]);
  if (a.dtype != DType::u8 || b.dtype != DType::i8 || node.results[0].dtype != DType::i32) return false;
  const bool is_simple = node.op == Op::matmul ? !node.attrs.flag("transpose_a") && b.rank() == 2
                                               : a.rank() == 4 && (node.attrs.integer("groups") == 1 ||
                                                                   is_depthwise(graph, node));
  return is_simple && onednn::multiplies_bytes();
}

class ContractionStep : public Step {
 public:
  ContractionStep(onednn::Arranged primitive, std::vector<std::uint32_t> order, int threads)
      : primitive_(std::move(primitive)),
        order_(std::move(order)),
        arguments_(order_.size()),
        threads_(threads) {}

  // The primitive adds to what the result's memory holds: to the bytes of that input, best where they lie.
  void accumulate(std::uint32_t input, std::size_t bytes) {
    in_place_.emplace_back(0, static_cast<int>(input));
    bytes_ = bytes;
  }

  void run(Stream&, void* const* addresses) override {
    for (const auto& [result, input] : in_place_)
      if (void* const to = addresses[order_.back()]; to != addresses[input])
        std::memcpy(to, addresses[input], bytes_);
    for (std::size_t i = 0; i < order_.size(); ++i) arguments_[i] = addresses[order_[i]];
    const onednn::ThreadCount team(threads_);
    primitive_.run(arguments_, scratch_bytes() ? addresses[order_.back() + 1] : nullptr);
  }

  std::unique_ptr<Step> twin() const override {
    auto other = std::make_unique<ContractionStep>(primitive_.twin(), order_, threads_);
    other->in_place_ = in_place_;
    other->bytes_ = bytes_;
    return other;
  }
  std::size_t scratch_bytes() const override { return primitive_.scratch_bytes(); }
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override { return primitive_.describe(); }
  bool allocates_in_library() const override { return true; }

 private:
  onednn::Arranged primitive_;
  std::vector<std::uint32_t>
      order_;  // of the step's addresses, as the primitive takes them; the result is last
  std::vector<void*> arguments_;
  std::vector<std::pair<int, int>> in_place_;
  std::size_t bytes_ = 0;  // of the result
  int threads_;
};

// The place of an inner input among the node's inputs. A number that is repeated may be reshaped in the
// group: its bytes are the same.
std::uint32_t position_of(const Graph& body, Ref ref) {
  while (body.node(ref).op == Op::reshape) ref = body.node(ref).inputs[0];
  for (std::uint32_t i = 0; i < body.inputs().size(); ++i)
    if (body.inputs()[i] == ref.node) return i;
  throw std::logic_error("an operand of an epilogue is no input of its group");
}

// Where the step finds each argument; but one part of the epilogue may be none.
std::vector<std::uint32_t> argument_order(const Parts& parts, const Graph& body, std::size_t inputs,
                                          std::optional<std::size_t> accumulated) {
  std::vector<std::uint32_t> order;
  for (const Ref operand : parts.operands) order.push_back(position_of(body, operand));
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i)
    if (parts.epilogue[i].has_operand && i != accumulated)
      order.push_back(position_of(body, parts.epilogue[i].operand));
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

Parts begin(const Graph& body, std::uint32_t root) {
  Parts parts{body, {root}, {}, {}, {}, 0};
  for (const Ref input : body.nodes()[root].inputs) {
    const Read read = read_by(parts, body.nodes()[root], input);
    parts.operands.push_back(read.ref);
    parts.operand_blocks.push_back(read.block);
  }
  return parts;
}

// The last that a contraction takes along: its sums, wider than its operands, are rounded to their type.
bool rounds_result(const Graph& graph, const Node& root, Ref chain, const Node& consumer) {
  const auto is_narrow = [&](Ref ref) { return graph.type(ref).dtype == DType::bf16; };
  return consumer.op == Op::cast && consumer.results[0].dtype == DType::bf16 &&
         graph.type(chain).dtype == DType::f32 && std::ranges::all_of(root.inputs, is_narrow);
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
    } else if (rounds_result(body, body.node(parts->root), chain, node)) {
      parts->stored_as = node.results[0].dtype;
      chain = {id};
    } else {
      const ChainKind kind = image_kind(body.node(parts->root), parts->result_block);
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

bool contractions_available() { return true; }

std::string describe_contractions() {
  return cat("oneDNN ", onednn::library_version(), matrix::available() ? ", matrix unit" : "");
}

bool runs_as_contraction(const Graph& graph, const Node& node) {
  if (!is_root(node) || node.results[0].size() == 0) return false;
  const auto is_empty = [&](Ref input) { return graph.type(input).size() == 0; };
  if (std::ranges::any_of(node.inputs, is_empty)) return false;
  return has_library_types(graph, node) || multiplies_bytes(graph, node);
}

std::int64_t preferred_channel_block(const Graph& graph, const Node& node) {
  constexpr std::int64_t kBlock = 16;  // f32 lanes of AVX-512
  if (!is_convolution(node) || !runs_as_contraction(graph, node)) return 0;
  if (multiplies_bytes(graph, node)) return Backend::kAllChannels;
  const bool fits = node.results[0].dtype == DType::f32 && graph.type(node.inputs[0]).rank() == 4 &&
                    (node.attrs.integer("groups") == 1 || is_depthwise(graph, node));
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
                    const Node& consumer, const BackendOptions& options) {
  const auto root = static_cast<std::uint32_t>(&contraction - graph.nodes().data());
  if (epilogue.empty() && takes_block(graph, contraction) && cuts_channels(graph, consumer)) return true;
  const bool is_cut = !epilogue.empty() && cuts_channels(graph, graph.nodes()[epilogue[0]]);
  if (is_cut && epilogue.size() == 1) return puts_block_last(consumer);
  if (contraction.op != Op::matmul && contraction.op != Op::conv)
    return false;                                             // the library's gradients stand alone
  if (!is_float(contraction.results[0].dtype)) return false;  // it follows up in floats
  const std::size_t movement = is_cut ? 2 : 0;
  const Ref chain = epilogue.empty() ? Ref{root} : Ref{epilogue.back()};
  if (graph.node(chain).op == Op::cast) return false;  // the last
  if (rounds_result(graph, contraction, chain, consumer)) return true;
  const std::int64_t block = is_cut ? graph.type(chain).dims[4].constant() : 0;
  const bool is_bare = epilogue.size() == movement;
  return match_epilogue(graph, {chain, image_kind(contraction, block), is_bare, options.keep_nan}, consumer)
      .has_value();
}

namespace {
bool is_contraction(const Node& node) {
  return is_root(node) || (node.op == Op::fused && node.attrs.text("kind") == kFusedContraction);
}

// A contraction, alone or in a group, as a body, and that read as parts.
struct Reading {
  Reading(const Graph& lowered, const Node& node)
      : own(node.op == Op::fused ? Graph() : alone(lowered, node)),
        body(node.op == Op::fused ? *node.bodies[0] : own),
        parts(parts_of(body)) {}

  const Graph own;
  const Graph& body;
  std::optional<Parts> parts;
};

std::optional<onednn::Arranged> make_primitive(const Parts& parts, int threads) {
  return is_convolution(parts.graph.node(parts.root)) ? make_convolution(parts, threads)
                                                      : make_matmul(parts, threads);
}

// Whether the body reads an input as the root's weights, and nowhere else.
bool is_weights(const Parts& parts, std::size_t input) {
  const Node& root = parts.graph.node(parts.root);
  if (root.op == Op::conv_filter) return false;
  const std::uint32_t id = parts.graph.inputs()[input];
  std::ptrdiff_t uses = 0;
  for (const Node& node : parts.graph.nodes()) uses += std::ranges::count(node.inputs, id, &Ref::node);
  return root.inputs[1].node == id && uses == 1;
}

onednn::Operand plain_weights(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  return root.op == Op::matmul ? matmul_weights(parts) : convolution_weights(parts);
}
}  // namespace

std::vector<std::string> packed_ways(const Graph& lowered, const Node& node, std::size_t input) {
  if (!is_contraction(node)) return {};
  const Reading reading(lowered, node);
  if (!reading.parts || !is_weights(*reading.parts, input)) return {};
  std::vector<std::string> ways = own_ways(*reading.parts);
  const auto better = std::ranges::find(ways, std::string());  // those before it are better than the library
  *better = kByLibrary;
  return ways;
}

std::optional<Packing> packing_for(const Graph& lowered, const Node& node, std::size_t, std::string_view way,
                                   const BackendOptions& options) {
  if (way == kByLoops) return std::nullopt;
  Reading reading(lowered, node);
  if (way != kByLibrary) return own_packing(*reading.parts, own_kernel(way));
  reading.parts->packable = true;
  const auto primitive = make_primitive(*reading.parts, options.threads);
  const auto packed = primitive ? primitive->rearranged(1) : std::nullopt;
  const auto bytes = packed ? onednn::bytes_of(*packed) : std::nullopt;
  if (!bytes) return std::nullopt;
  return Packing{onednn::tag_of({plain_weights(*reading.parts), *packed}), static_cast<std::int64_t>(*bytes)};
}

std::unique_ptr<Step> compile_relayout(const Graph& lowered, const Node& node,
                                       const BackendOptions& options) {
  if (const OwnKernel kernel = own_kernel(node.attrs.text("layout")); kernel != OwnKernel::none)
    return make_own_pack(lowered.type(node.inputs[0]), kernel);
  const auto form = onednn::form_of(node.attrs.text("layout"), lowered.type(node.inputs[0]).dtype);
  auto reorder = onednn::make_reorder(form.plain, form.packed, options.threads);
  auto primitive = reorder ? onednn::Arranged::make(std::move(*reorder), std::array{form.plain, form.packed},
                                                    options.threads)
                           : std::nullopt;
  require(primitive.has_value(), "oneDNN cannot pack ", node.attrs.text("layout"), " after all");
  return std::make_unique<ContractionStep>(std::move(*primitive), std::vector<std::uint32_t>{0, 1},
                                           options.threads);
}

std::unique_ptr<Step> compile_contraction(const Graph& lowered, const Node& node,
                                          const BackendOptions& options) {
  if (!is_contraction(node)) return nullptr;
  const Reading reading(lowered, node);
  if (!reading.parts) return nullptr;
  const Parts& parts = *reading.parts;
  if (parts.own_kernel != OwnKernel::none)
    return make_own_step(parts, argument_order(parts, reading.body, node.inputs.size(), {}), options.threads);
  auto primitive = make_primitive(parts, options.threads);
  require(primitive || !parts.packed_weights, describe(node), ": oneDNN no longer takes ",
          "the weights that were packed for it");
  if (!primitive) return nullptr;
  const auto accumulated = accumulated_part(parts);
  auto step = std::make_unique<ContractionStep>(
      std::move(*primitive), argument_order(parts, reading.body, node.inputs.size(), accumulated),
      options.threads);
  if (accumulated)
    step->accumulate(position_of(reading.body, parts.epilogue[*accumulated].operand),
                     node.results[0].bytes());
  return step;
}

}  // namespace tenon::cpu
