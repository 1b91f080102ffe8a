// The backend that programs are compiled for ahead of time: generated loops and nothing else. It runs
// nothing; its steps hold the loops.
#pragma once

#include "backend/host.h"
#include "codegen/layout.h"

namespace tenon::ahead {

class KernelStep : public Step {
 public:
  explicit KernelStep(codegen::Kernel kernel);
  void run(Stream& stream, void* const* addresses) override;  // never: throws std::logic_error
  std::size_t scratch_bytes() const override { return scratch_.bytes; }
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override { return "loops"; }

  const codegen::Kernel& kernel() const { return kernel_; }
  const codegen::ScratchLayout& scratch() const { return scratch_; }

 private:
  codegen::Kernel kernel_;
  codegen::ScratchLayout scratch_;
  std::vector<std::pair<int, int>> in_place_;
};

class LoopsBackend : public HostBackend {
 public:
  explicit LoopsBackend(int lanes);

  const DeviceInfo& device() const override { return info_; }
  Role role(const Graph& graph, const Node& node) const override;
  bool absorbs(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
               const Node& consumer, const BackendOptions& options) const override;
  bool whole_as_loops(const Graph& graph) const override;
  bool tiles_pools(const Graph& graph, const Node& node) const override;
  // A node that no loops cover has a step without any, and is noted.
  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) override;

  // Nodes that it was asked to compile and cannot, with their types.
  const std::vector<std::string>& unsupported() const { return unsupported_; }

 private:
  DeviceInfo info_;
  int lanes_;
  std::vector<std::string> unsupported_;
};

}  // namespace tenon::ahead
