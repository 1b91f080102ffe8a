#include "backend/cpu/loops.h"

#include <omp.h>

#include <algorithm>

#include "codegen/compile.h"
#include "codegen/layout.h"
#include "codegen/lower.h"
#include "codegen/target.h"
#include "tenon/op.h"

namespace tenon::cpu {

namespace {
// Below this many scalar operations, some 2 us of a product of one row, a nest ends before sharing it has
// paid: 32 turns of an LSTM of 128 cells take 69 us on two threads, and 94 where each turn is shared.
constexpr double kWorthSharing = 200'000;

// What a thread does of a nest: whole grains, as even as they come, the same for the same number of threads.
struct Share {
  std::int64_t begin;
  std::int64_t end;
};

Share share_of(const codegen::Nest& nest, int thread, int threads) {
  const std::int64_t grains = (nest.root.extent + nest.grain - 1) / nest.grain;
  const std::int64_t begin = grains * thread / threads * nest.grain;
  const std::int64_t end = grains * (thread + 1) / threads * nest.grain;
  return {begin, std::min(end, nest.root.extent)};
}

class LoopsStep : public Step {
 public:
  LoopsStep(codegen::Kernel kernel, codegen::CompiledKernel compiled, int threads)
      : kernel_(std::move(kernel)), compiled_(std::move(compiled)) {
    const bool shared = threads > 1 && std::any_of(kernel_.nests.begin(), kernel_.nests.end(), is_shared);
    threads_ = shared ? threads : 1;
    scratch_ = codegen::lay_out_scratch(kernel_, threads_);
    in_place_ = codegen::in_place_pairs(kernel_);
    buffers_.resize(kernel_.buffers.size() * static_cast<std::size_t>(threads_));
  }

  void run(Stream&, void* const* addresses) override {
    if (scratch_.pieces.empty() && threads_ == 1) return compiled_.run(addresses);
    bind(addresses);
    if (threads_ == 1)
      compiled_.run(buffers_.data());
    else
      run_shared();
  }

  std::unique_ptr<Step> twin() const override {
    return std::make_unique<LoopsStep>(kernel_, compiled_, threads_);
  }
  std::size_t scratch_bytes() const override { return scratch_.bytes; }
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override {
    return cat("loops, ", kernel_.nests.size(), kernel_.nests.size() == 1 ? " nest" : " nests");
  }

 private:
  static bool is_shared(const codegen::Nest& nest) {
    return nest.parallel && nest.cost > kWorthSharing && nest.root.extent > nest.grain;
  }

  void** buffers_of(int thread) {
    return buffers_.data() + kernel_.buffers.size() * static_cast<std::size_t>(thread);
  }

  // Each thread's view: the same inputs and outputs, and scratch of its own where the kernel says so.
  void bind(void* const* addresses) {
    for (int thread = 0; thread < threads_; ++thread) {
      void** buffers = buffers_of(thread);
      std::copy_n(addresses, scratch_.outside, buffers);
      for (std::size_t i = 0; i < scratch_.pieces.size(); ++i) {
        const auto [offset, stride] = scratch_.pieces[i];
        buffers[scratch_.outside + i] = static_cast<std::byte*>(addresses[scratch_.outside]) + offset +
                                        stride * static_cast<std::size_t>(thread);
      }
    }
  }

  // One parallel region for all nests: entering one costs more than a barrier.
  void run_shared() {
#pragma omp parallel num_threads(threads_)
    {
      const int thread = omp_get_thread_num();
      const int threads = omp_get_num_threads();
      for (std::size_t i = 0; i < kernel_.nests.size(); ++i) {
        const codegen::Nest& nest = kernel_.nests[i];
        if (nest.barrier_before && i > 0) {
#pragma omp barrier
        }
        const Share share =
            is_shared(nest) ? share_of(nest, thread, threads) : Share{0, thread == 0 ? nest.root.extent : 0};
        if (share.begin < share.end) compiled_.nests[i](buffers_of(thread), share.begin, share.end);
      }
    }
  }

  codegen::Kernel kernel_;
  codegen::CompiledKernel compiled_;
  int threads_ = 1;
  codegen::ScratchLayout scratch_;
  std::vector<void*> buffers_;  // a table a thread
  std::vector<std::pair<int, int>> in_place_;
};
}  // namespace

bool loops_available() { return codegen::can_compile(); }

bool runs_as_loops(const Node& node) { return loops_available() && codegen::can_lower(node); }

std::string describe_loops() {
  return loops_available() ? cat("loops by LLVM for ", codegen::name_of(codegen::native_target().simd))
                           : "no LLVM";
}

std::vector<std::unique_ptr<Step>> compile_loops(const Graph& lowered,
                                                 const std::vector<std::uint32_t>& nodes,
                                                 const BackendOptions& options) {
  if (nodes.empty()) return {};
  const codegen::Target target = codegen::native_target();
  std::vector<codegen::Kernel> kernels;
  for (const std::uint32_t id : nodes)
    kernels.push_back(codegen::lower_node(lowered, lowered.nodes()[id],
                                          {cat("k", id), codegen::lanes_of(target.simd), {}}));
  auto compiled = codegen::compile(kernels, {.target = target, .cache = options.cache});
  std::vector<std::unique_ptr<Step>> steps;
  for (std::size_t i = 0; i < kernels.size(); ++i)
    steps.push_back(
        std::make_unique<LoopsStep>(std::move(kernels[i]), std::move(compiled[i]), options.threads));
  return steps;
}

}  // namespace tenon::cpu
