#include "backend/reference/reference.h"

#include <algorithm>

#include "backend/host.h"
#include "tenon/op.h"

namespace tenon {

namespace {
bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

class ReferenceBackend : public HostBackend {
 public:
  const DeviceInfo& device() const override { return info_; }

  Role role(const Graph&, const Node& node) const override {
    return definition(node.op).kernel ? Role::opaque : Role::declined;
  }
  bool absorbs(const Graph&, const Node&, std::span<const std::uint32_t>, const Node&,
               const BackendOptions&) const override {
    return false;
  }
  bool whole_as_loops(const Graph&) const override { return false; }

  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions&) override {
    std::vector<std::unique_ptr<Step>> steps;
    for (const Node& node : lowered.nodes())
      steps.push_back(is_leaf(node) ? nullptr : make_kernel_step(lowered, node));
    return steps;
  }

 private:
  DeviceInfo info_{"reference", "the meaning of each op, computed in double precision", true, 0, 1};
};
}  // namespace

std::shared_ptr<Backend> make_reference_backend() { return std::make_shared<ReferenceBackend>(); }

}  // namespace tenon
