#include "ahead/backend.h"

#include <stdexcept>

#include "codegen/lower.h"
#include "tenon/op.h"

namespace tenon::ahead {

namespace {
bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

bool is_lowered(const Node& node) { return node.op == Op::fused || codegen::can_lower(node); }

std::string with_types(const Graph& graph, const Node& node) {
  std::vector<Type> inputs;
  for (const Ref input : node.inputs) inputs.push_back(graph.type(input));
  return cat(describe(node), ": ", inputs, " to ", node.results);
}
}  // namespace

KernelStep::KernelStep(codegen::Kernel kernel)
    : kernel_(std::move(kernel)),
      scratch_(codegen::lay_out_scratch(kernel_, 1)),
      in_place_(codegen::in_place_pairs(kernel_)) {}

void KernelStep::run(Stream&, void* const*) {
  throw std::logic_error("what is compiled ahead of time does not run here");
}

LoopsBackend::LoopsBackend(int lanes) : lanes_(lanes) {
  info_.name = "ahead";
  info_.description = "loops, compiled ahead of time";
}

Role LoopsBackend::role(const Graph&, const Node& node) const {
  if (node.op == Op::matmul || node.op == Op::conv) return Role::contraction;
  if (codegen::can_lower(node)) return Role::loops;
  return definition(node.op).decompose ? Role::declined : Role::opaque;
}

// What each element of the result goes through on its way on.
bool LoopsBackend::absorbs(const Graph&, const Node& contraction, std::span<const std::uint32_t>,
                           const Node& consumer, const BackendOptions&) const {
  return definition(consumer.op).elementwise && consumer.results.size() == 1 &&
         consumer.results[0].dims == contraction.results[0].dims;
}

// Steps of their own lend each other their scratch; the nests of one step do not.
bool LoopsBackend::whole_as_loops(const Graph&) const { return false; }

bool LoopsBackend::tiles_pools(const Graph&, const Node&) const { return true; }

std::vector<std::unique_ptr<Step>> LoopsBackend::compile(const Graph& lowered, const BackendOptions&) {
  std::vector<std::unique_ptr<Step>> steps(lowered.nodes().size());
  for (std::size_t id = 0; id < steps.size(); ++id) {
    const Node& node = lowered.nodes()[id];
    if (is_leaf(node) || node.op == Op::reshape) continue;  // a reshape that stands alone is a view
    if (!is_lowered(node)) unsupported_.push_back(with_types(lowered, node));
    steps[id] = std::make_unique<KernelStep>(
        is_lowered(node) ? codegen::lower_node(lowered, node, {"loops", lanes_, {}}) : codegen::Kernel());
  }
  return steps;
}

}  // namespace tenon::ahead
