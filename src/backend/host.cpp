#include "backend/host.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "op/evaluate.h"
#include "tenon/op.h"

namespace tenon {

namespace {
class KernelStep : public Step {
 public:
  KernelStep(const Graph& graph, const Node& node) : node_(node) {
    for (const Ref input : node.inputs) input_types_.push_back(graph.type(input));
  }

  void run(Stream&, void* const* addresses) override {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < input_types_.size(); ++i)
      inputs.push_back(Tensor::wrap(input_types_[i].dtype, input_types_[i].shape(), addresses[i], nullptr));
    const std::vector<Tensor> results = evaluate_node(node_, inputs);
    for (std::size_t i = 0; i < results.size(); ++i)
      copy_result(i, results[i], addresses[input_types_.size() + i]);
  }

  std::unique_ptr<Step> twin() const override { return std::make_unique<KernelStep>(*this); }
  std::string describe() const override { return "reference kernel"; }
  bool allocates_in_library() const override { return true; }

 private:
  void copy_result(std::size_t i, const Tensor& result, void* to) const {
    require(Type::of(result) == node_.results[i], tenon::describe(node_), ": its kernel returned ",
            Type::of(result), " where its type rule says ", node_.results[i]);
    if (result.bytes()) std::memcpy(to, result.raw(), result.bytes());
  }

  const Node node_;
  std::vector<Type> input_types_;
};
}  // namespace

std::unique_ptr<Step> make_kernel_step(const Graph& graph, const Node& node) {
  return std::make_unique<KernelStep>(graph, node);
}

// What fills large pages gets them: filters and tiles are read with strides that miss the tables of small
// ones. What is left at the end takes no more than it needs.
Memory HostBackend::allocate(std::size_t bytes) {
  constexpr std::size_t kLine = 64, kLargePage = 2 << 20;
  const bool is_large = bytes >= kLargePage;
  const std::size_t size = (std::max<std::size_t>(bytes, 1) + kLine - 1) / kLine * kLine;
  void* memory = nullptr;
  const int error = posix_memalign(&memory, is_large ? kLargePage : kLine, size);
  require(error == 0, "out of memory: ", bytes, " bytes could not be allocated on ", device().name);
#ifdef MADV_HUGEPAGE
  if (is_large)
    madvise(memory, size / kLargePage * kLargePage, MADV_HUGEPAGE);  // a wish: small ones do as well
#endif
  return {memory, std::free};
}

std::unique_ptr<Stream> HostBackend::make_stream(const BackendOptions& options) {
  return std::make_unique<HostStream>(options);
}

void HostBackend::copy(Stream&, void* to, const void* from, std::size_t bytes) {
  if (bytes) std::memmove(to, from, bytes);
}

void HostBackend::copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) {
  copy(stream, device, host, bytes);
}
void HostBackend::copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) {
  copy(stream, host, device, bytes);
}
std::shared_ptr<Event> HostBackend::record(Stream&) { return std::make_shared<Event>(); }
void HostBackend::wait(Stream&, const Event&) {}
void HostBackend::synchronize(Stream&) {}

}  // namespace tenon
