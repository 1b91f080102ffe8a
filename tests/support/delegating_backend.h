// A backend that asks another for everything: tests change of it what they are about.
#pragma once

#include "backend/backend.h"

namespace tenon::testing {

class DelegatingBackend : public Backend {
 public:
  explicit DelegatingBackend(std::shared_ptr<Backend> inner) : inner_(std::move(inner)) {}

  const DeviceInfo& device() const override { return inner_->device(); }
  Memory allocate(std::size_t bytes) override { return inner_->allocate(bytes); }
  std::unique_ptr<Stream> make_stream(const BackendOptions& options) override {
    return inner_->make_stream(options);
  }
  void copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) override {
    inner_->copy_in(stream, device, host, bytes);
  }
  void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) override {
    inner_->copy_out(stream, host, device, bytes);
  }
  void copy(Stream& stream, void* to, const void* from, std::size_t bytes) override {
    inner_->copy(stream, to, from, bytes);
  }
  std::shared_ptr<Event> record(Stream& stream) override { return inner_->record(stream); }
  void wait(Stream& stream, const Event& event) override { inner_->wait(stream, event); }
  void synchronize(Stream& stream) override { inner_->synchronize(stream); }

  Role role(const Graph& graph, const Node& node) const override { return inner_->role(graph, node); }
  bool absorbs(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
               const Node& consumer, const BackendOptions& options) const override {
    return inner_->absorbs(graph, contraction, epilogue, consumer, options);
  }
  bool whole_as_loops(const Graph& graph) const override { return inner_->whole_as_loops(graph); }
  bool tiles_pools(const Graph& graph, const Node& node) const override {
    return inner_->tiles_pools(graph, node);
  }
  std::int64_t channel_block(const Graph& graph, const Node& node) const override {
    return inner_->channel_block(graph, node);
  }
  bool takes_in(const Graph& graph, const Node& contraction, const Node& producer) const override {
    return inner_->takes_in(graph, contraction, producer);
  }
  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) override {
    return inner_->compile(lowered, options);
  }

 private:
  std::shared_ptr<Backend> inner_;
};

}  // namespace tenon::testing
