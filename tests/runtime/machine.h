// Programs that are run, with all memory that this takes.
#pragma once

#include <string_view>
#include <vector>

#include "compile/compile.h"
#include "runtime/runner.h"

namespace tenon::testing {

// A compiled program with memory for its outputs.
class Machine {
 public:
  Machine(const std::shared_ptr<Backend>& backend, std::string_view program)
      : states(backend),
        executable_(std::make_shared<const Executable>(compile(parse(program), {}, *backend))),
        backend_(backend),
        scratch_(backend),
        runner_(backend, executable_, states, scratch_),
        stream_(backend->make_stream({})) {
    for (const Slot& slot : executable_->outputs) {
      outputs_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
      out_.push_back(outputs_.back().raw());
    }
  }

  void bind(std::vector<Tensor> inputs) {
    inputs_ = std::move(inputs);
    in_.clear();
    for (const Tensor& input : inputs_) in_.push_back(input.raw());
  }
  const std::vector<Tensor>& run() {
    runner_.run(*stream_, in_, out_);
    backend_->synchronize(*stream_);
    return outputs_;
  }
  std::vector<double> profile() { return runner_.profile(*stream_, in_, out_); }
  const Executable& executable() const { return *executable_; }

  States states;

 private:
  std::shared_ptr<const Executable> executable_;
  std::shared_ptr<Backend> backend_;
  Scratch scratch_;
  Runner runner_;
  std::unique_ptr<Stream> stream_;
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
  std::vector<void*> in_;
  std::vector<void*> out_;
};

inline constexpr std::string_view kRecurrence = R"(graph g(h: f32[4, 8], x: f32[6, 4, 8], w: f32[8, 8]) {
  %3 = mul(%x, %x)
  %4, %5 = scan(%h, %3, %w) {carried = 1, scanned = 1} {
    graph cell(h: f32[4, 8], x: f32[4, 8], w: f32[8, 8]) {
      %3 = matmul(%h, %w)
      %4 = add(%3, %x)
      %5 = tanh(%4)
      return h = %5, y = %5
    }
  }
  %6 = add(%5, %3)
  return last = %4, all = %6 })";

inline std::vector<Tensor> recurrence_inputs() {
  return {Tensor::full(DType::f32, {4, 8}, 0.25), Tensor::full(DType::f32, {6, 4, 8}, 0.5),
          Tensor::full(DType::f32, {8, 8}, 0.125)};
}

}  // namespace tenon::testing
