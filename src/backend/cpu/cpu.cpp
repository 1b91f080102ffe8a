#include "backend/cpu/cpu.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "backend/choices.h"
#include "backend/cpu/contraction.h"
#include "backend/cpu/loops.h"
#include "backend/cpu/products.h"
#include "backend/host.h"
#include "base/processor.h"
#include "tenon/op.h"

namespace tenon {

namespace {
bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

// Elements that the rest of a small program may go through.
constexpr std::int64_t kSmallElements = 64 * 1024;

bool is_small(const Graph& graph, const Node& node) {
  if (node.op == Op::conv) return false;
  return node.op == Op::matmul ? cpu::is_small_product(graph, node)
                               : node.results[0].size() <= kSmallElements;
}

class CpuBackend : public HostBackend {
 public:
  CpuBackend() {
    info_.name = "cpu";
    info_.description =
        cat(processor().name, ": ", cpu::describe_loops(), ", ", cpu::describe_contractions());
    info_.host_addressable = true;
    info_.memory =
        static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
    info_.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }

  const DeviceInfo& device() const override { return info_; }

  Role role(const Graph& graph, const Node& node) const override {
    if (cpu::runs_as_contraction(graph, node)) return Role::contraction;
    if (cpu::runs_as_loops(node)) return Role::loops;
    const OpDef& def = definition(node.op);
    return def.decompose || !def.kernel ? Role::declined : Role::opaque;
  }

  bool absorbs(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
               const Node& consumer, const BackendOptions& options) const override {
    return cpu::joins_epilogue(graph, contraction, epilogue, consumer, options);
  }

  bool whole_as_loops(const Graph& graph) const override {
    return std::all_of(graph.nodes().begin(), graph.nodes().end(), [&](const Node& node) {
      return is_leaf(node) || (cpu::runs_as_loops(node) && is_small(graph, node));
    });
  }

  std::int64_t channel_block(const Graph& graph, const Node& node) const override {
    return cpu::preferred_channel_block(graph, node);
  }
  bool prefers_forward(const Graph& graph, const Node& node) const override {
    return cpu::is_faster_forward(graph, node);
  }
  bool takes_in(const Graph& graph, const Node& contraction, const Node& producer) const override {
    return cpu::reads_through(graph, contraction, producer);
  }
  std::size_t near_bytes(const BackendOptions& options) const override {
    const long own = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return own > 0 ? static_cast<std::size_t>(own) * static_cast<std::size_t>(options.threads) : 0;
  }
  bool tiles_pools(const Graph&, const Node&) const override { return cpu::loops_available(); }

  std::optional<Packing> packing(const Graph& graph, const Node& node, std::size_t input,
                                 const BackendOptions& options) const override {
    const std::vector<std::string> ways = this->ways(graph, node, input, options);
    if (ways.empty()) return std::nullopt;
    // A choice that is none here was another version's.
    const std::string* const chosen = chosen_way(graph, node, info_, options);
    const bool is_known = chosen && std::ranges::find(ways, *chosen) != ways.end();
    return cpu::packing_for(graph, node, is_known ? *chosen : ways.front(), options);
  }

  std::vector<std::string> ways(const Graph& graph, const Node& node, std::size_t input,
                                const BackendOptions& options) const override {
    std::vector<std::string> ways = cpu::packed_ways(graph, node, input);
    if (ways.empty()) return ways;
    // Behind our own kernels where these are better than the library, generated loops where they are.
    const auto library = std::ranges::find(ways, cpu::kByLibrary);
    if (cpu::could_be_loops(graph, node))
      ways.insert(cpu::is_product_for_loops(graph, node, options.threads) ? library : ways.end(),
                  std::string(cpu::kByLoops));
    return ways;
  }

  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) override {
    std::vector<std::unique_ptr<Step>> steps(lowered.nodes().size());
    std::vector<std::uint32_t> loops;
    for (std::uint32_t id = 0; id < steps.size(); ++id) {
      const Node& node = lowered.nodes()[id];
      if (is_leaf(node) || node.op == Op::reshape) continue;  // a reshape that stands alone is a view
      if (is_loops(lowered, node, options))
        loops.push_back(id);
      else
        steps[id] = compile_node(lowered, node, options);
    }
    auto compiled = cpu::compile_loops(lowered, loops, options);
    for (std::size_t i = 0; i < loops.size(); ++i) steps[loops[i]] = std::move(compiled[i]);
    return steps;
  }

 private:
  bool is_loops(const Graph& lowered, const Node& node, const BackendOptions& options) const {
    const std::string* const chosen =
        cpu::could_be_loops(lowered, node) ? chosen_way(lowered, node, info_, options) : nullptr;
    if (chosen && *chosen == cpu::kByLoops) return true;
    if (chosen && *chosen == cpu::kByLibrary) return false;
    if (cpu::is_product_for_loops(lowered, node, options.threads)) return true;
    if (node.op == Op::fused) return node.attrs.text("kind") == kFusedLoops;
    return !cpu::runs_as_contraction(lowered, node) && cpu::runs_as_loops(node);
  }

  static std::unique_ptr<Step> compile_node(const Graph& lowered, const Node& node,
                                            const BackendOptions& options) {
    if (node.op == Op::relayout)
      if (auto step = cpu::compile_relayout(lowered, node, options)) return step;
    if (auto step = cpu::compile_contraction(lowered, node, options)) return step;
    return make_kernel_step(lowered, node);
  }

  DeviceInfo info_;
};
}  // namespace

std::shared_ptr<Backend> make_cpu_backend() { return std::make_shared<CpuBackend>(); }

}  // namespace tenon
