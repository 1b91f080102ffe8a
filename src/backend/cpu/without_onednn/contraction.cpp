// The CPU backend without oneDNN: every contraction is loops.
#include "backend/cpu/contraction.h"

namespace tenon::cpu {

bool contractions_available() { return false; }
std::string describe_contractions() { return "no oneDNN"; }
bool runs_as_contraction(const Graph&, const Node&) { return false; }
bool joins_epilogue(const Graph&, const Node&, std::span<const std::uint32_t>, const Node&,
                    const BackendOptions&) {
  return false;
}
std::int64_t preferred_channel_block(const Graph&, const Node&) { return 0; }
bool is_faster_forward(const Graph&, const Node&) { return false; }
bool reads_through(const Graph&, const Node&, const Node&) { return false; }
std::vector<std::string> packed_ways(const Graph&, const Node&, std::size_t) { return {}; }
std::optional<Packing> packing_for(const Graph&, const Node&, std::string_view, const BackendOptions&) {
  return std::nullopt;
}
std::unique_ptr<Step> compile_relayout(const Graph&, const Node&, const BackendOptions&) { return nullptr; }
std::unique_ptr<Step> compile_contraction(const Graph&, const Node&, const BackendOptions&) {
  return nullptr;
}

}  // namespace tenon::cpu
