// Steps of oneDNN: a contraction, alone or with the element-wise nodes that it takes along.
#pragma once

#include "backend/backend.h"

namespace tenon::cpu {

bool contractions_available();
std::string describe_contractions();

// Whether oneDNN runs this node at all.
bool runs_as_contraction(const Graph& graph, const Node& node);
// Whether `consumer` may follow what `contraction` and its epilogue so far compute.
bool joins_epilogue(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
                    const Node& consumer, const BackendOptions& options);
// The block of channels in which a convolution is run best, 0 for none; and whether it reads an operand
// through `producer`, the end of an unblocking.
std::int64_t preferred_channel_block(const Graph& graph, const Node& node);
bool reads_through(const Graph& graph, const Node& contraction, const Node& producer);
// Whether the gradient of a convolution's input is faster as a convolution over mirrored filters.
bool is_faster_forward(const Graph& graph, const Node& node);
// The ways in which a contraction, alone or fused, is run that is given this operand before it runs: by
// kernels of our own, or by the library; the better first, and empty where there is nothing to be packed. And
// how the operand is packed for one of them, if at all; and the step that packs it.
inline constexpr std::string_view kByLibrary = "library", kByLoops = "loops";
std::vector<std::string> packed_ways(const Graph& lowered, const Node& node, std::size_t input);
std::optional<Packing> packing_for(const Graph& lowered, const Node& node, std::string_view way,
                                   const BackendOptions& options);
std::unique_ptr<Step> compile_relayout(const Graph& lowered, const Node& node, const BackendOptions& options);
// A contraction or a fused node of kind "contraction". Null where the library declines after all.
std::unique_ptr<Step> compile_contraction(const Graph& lowered, const Node& node,
                                          const BackendOptions& options);

}  // namespace tenon::cpu
