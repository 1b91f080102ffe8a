#include "late/late_backend.h"

#include <atomic>
#include <cstring>

#include "backend/host.h"
#include "late/address_space.h"
#include "late/late_stream.h"
#include "tenon/op.h"

namespace tenon::late {

namespace {
LateStream& queue_of(Stream& stream) { return static_cast<LateStream&>(stream); }

// A step's addresses are the caller's to change as soon as `run` returns: they are read at once, and only the
// work is late.
class LateStep : public Step {
 public:
  LateStep(std::shared_ptr<AddressSpace> space, const Graph& graph, const Node& node)
      : space_(std::move(space)), kernel_(make_kernel_step(graph, node)) {
    for (const Ref input : node.inputs) bytes_.push_back(graph.type(input).bytes());
    for (const Type& result : node.results) bytes_.push_back(result.bytes());
  }

  void run(Stream& stream, void* const* addresses) override {
    std::vector<Span> spans;
    for (std::size_t i = 0; i < bytes_.size(); ++i) spans.push_back(space_->at(addresses[i], bytes_[i]));
    queue_of(stream).record([kernel = kernel_, spans = std::move(spans)] {
      HostStream host({});
      std::vector<void*> operands;
      for (const Span& span : spans) operands.push_back(span.data);
      kernel->run(host, operands.data());
    });
  }

  std::string describe() const override { return "reference kernel, late"; }

 private:
  std::shared_ptr<AddressSpace> space_;
  std::shared_ptr<Step> kernel_;
  std::vector<std::size_t> bytes_;
};

class LateBackend : public Backend {
 public:
  const DeviceInfo& device() const override { return info_; }

  Memory allocate(std::size_t bytes) override { return space_->allocate(bytes); }
  std::unique_ptr<Stream> make_stream(const BackendOptions&) override {
    return std::make_unique<LateStream>(++streams_);
  }

  void copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) override {
    queue_of(stream).record([to = space_->at(device, bytes), host, bytes] { move(to.data, host, bytes); });
  }
  void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) override {
    queue_of(stream).record(
        [from = space_->at(device, bytes), host, bytes] { move(host, from.data, bytes); });
  }
  void copy(Stream& stream, void* to, const void* from, std::size_t bytes) override {
    queue_of(stream).record([to = space_->at(to, bytes), from = space_->at(from, bytes), bytes] {
      move(to.data, from.data, bytes);
    });
  }

  std::shared_ptr<Event> record(Stream& stream) override {
    auto event = std::make_shared<LateEvent>();
    queue_of(stream).record_always([flag = event->flag] { flag->set(); });
    return event;
  }
  void wait(Stream& stream, const Event& event) override {
    queue_of(stream).record_always([flag = static_cast<const LateEvent&>(event).flag] { flag->wait(); });
  }
  void synchronize(Stream& stream) override { queue_of(stream).synchronize(); }

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
    for (const Node& node : lowered.nodes()) {
      const bool leaf = node.op == Op::input || node.op == Op::state || node.op == Op::constant;
      steps.push_back(leaf ? nullptr : std::make_unique<LateStep>(space_, lowered, node));
    }
    return steps;
  }

 private:
  static void move(void* to, const void* from, std::size_t bytes) {
    if (bytes) std::memmove(to, from, bytes);
  }

  DeviceInfo info_{"late", "the reference kernels, behind addresses of their own", false, 0, 1};
  std::shared_ptr<AddressSpace> space_ = std::make_shared<AddressSpace>();
  std::atomic<unsigned> streams_ = 0;
};
}  // namespace

std::shared_ptr<Backend> make_late_backend() { return std::make_shared<LateBackend>(); }

}  // namespace tenon::late
