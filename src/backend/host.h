// What backends on the host share: memory that is host memory, streams that run at once, and the step that
// runs a node by its reference kernel.
#pragma once

#include "backend/backend.h"

namespace tenon {

class HostStream : public Stream {
 public:
  explicit HostStream(const BackendOptions& chosen) : options(chosen) {}
  const BackendOptions options;
};

class HostBackend : public Backend {
 public:
  Memory allocate(std::size_t bytes) override;
  std::unique_ptr<Stream> make_stream(const BackendOptions& options) override;
  void copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) override;
  void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) override;
  void copy(Stream& stream, void* to, const void* from, std::size_t bytes) override;
  std::shared_ptr<Event> record(Stream& stream) override;
  void wait(Stream& stream, const Event& event) override;
  void synchronize(Stream& stream) override;
};

// A node run by its row's kernel. It allocates, and is slow: the judge's way, and a backend's last resort.
std::unique_ptr<Step> make_kernel_step(const Graph& graph, const Node& node);

}  // namespace tenon
