#include "conformance/run.h"

#include <algorithm>

#include "compile/compile.h"
#include "runtime/runner.h"

namespace tenon::conformance {

namespace {
constexpr std::size_t kGuard = 64;
constexpr std::byte kMark{0xa5};

// An output with marked bytes behind it.
struct Guarded {
  std::size_t bytes;
  std::vector<std::byte> host;  // output and guard, marked before the run and copied back after it
  Memory memory;

  Guarded(Backend& backend, Stream& stream, std::size_t size)
      : bytes(size), host(size + kGuard, kMark), memory(backend.allocate(host.size())) {
    backend.copy_in(stream, memory.get(), host.data(), host.size());
  }
  bool intact() const {
    return std::all_of(host.begin() + static_cast<std::ptrdiff_t>(bytes), host.end(),
                       [](std::byte b) { return b == kMark; });
  }
};

std::vector<void*> addresses(const std::vector<Memory>& memories) {
  std::vector<void*> list;
  for (const Memory& memory : memories) list.push_back(memory.get());
  return list;
}

class Run {
 public:
  Run(const std::shared_ptr<Backend>& backend, std::shared_ptr<const Executable> executable,
      const BackendOptions& options)
      : backend_(*backend),
        executable_(std::move(executable)),
        states_(backend),
        scratch_(backend),
        runner_(backend, executable_, states_, scratch_),
        stream_(backend->make_stream(options)) {}

  std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) {
    for (const Tensor& input : inputs) {
      inputs_.push_back(backend_.allocate(input.bytes()));
      backend_.copy_in(*stream_, inputs_.back().get(), input.raw(), input.bytes());
    }
    std::vector<void*> out;
    for (const Slot& slot : executable_->outputs) {
      outputs_.emplace_back(backend_, *stream_, slot.type.bytes());
      out.push_back(outputs_.back().memory.get());
    }
    runner_.run(*stream_, addresses(inputs_), out);
    for (Guarded& output : outputs_)
      backend_.copy_out(*stream_, output.host.data(), output.memory.get(), output.host.size());
    backend_.synchronize(*stream_);
    return results();
  }

 private:
  std::vector<Tensor> results() const {
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const Slot& slot = executable_->outputs[i];
      require(outputs_[i].intact(), "a step wrote beyond output '", slot.name, "'");
      tensors.push_back(Tensor::empty(slot.type.dtype, slot.type.shape()));
      std::copy_n(outputs_[i].host.begin(), outputs_[i].bytes, static_cast<std::byte*>(tensors.back().raw()));
    }
    return tensors;
  }

  Backend& backend_;
  std::shared_ptr<const Executable> executable_;
  States states_;
  Scratch scratch_;
  Runner runner_;
  std::unique_ptr<Stream> stream_;
  std::vector<Memory> inputs_;
  std::vector<Guarded> outputs_;
};
}  // namespace

std::vector<Tensor> run_on(const std::shared_ptr<Backend>& backend, const Graph& graph,
                           const std::vector<Tensor>& inputs, int threads) {
  CompileOptions options;
  options.backend.threads = threads;
  auto executable = std::make_shared<const Executable>(compile(graph, {}, *backend, options));
  return Run(backend, std::move(executable), options.backend)(inputs);
}

}  // namespace tenon::conformance
