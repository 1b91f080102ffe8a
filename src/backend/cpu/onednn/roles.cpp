// What the library runs, and what it takes along.
#include <algorithm>

#include "backend/cpu/contraction.h"
#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/onednn/reading.h"
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

bool takes_block(const Graph& graph, const Node& node) {
  return is_convolution(node) && node.op != Op::conv_filter &&
         graph.type({static_cast<std::uint32_t>(&node - graph.nodes().data())}).rank() == 4;
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
         none(node.attrs.ints("pads_high")) && !uses_winograd(read_root(graph, id));
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
  const auto is_linear_before = [&](std::uint32_t id) { return is_linear(graph, graph.nodes()[id]); };
  if (is_linear(graph, consumer) && std::ranges::any_of(epilogue, is_linear_before)) return false;
  const std::int64_t block = is_cut ? graph.type(chain).dims[4].constant() : 0;
  const bool is_bare = epilogue.size() == movement;
  return match_epilogue(graph, {chain, chain_kind(contraction, block), is_bare, options.keep_nan}, consumer)
      .has_value();
}

}  // namespace tenon::cpu
