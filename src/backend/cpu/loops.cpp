#include "backend/cpu/loops.h"

#include <omp.h>

#include <algorithm>

#include "codegen/compile.h"
#include "codegen/lower.h"
#include "codegen/target.h"
#include "tenon/op.h"

namespace tenon::cpu {

namespace {
// Below this many scalar operations a nest ends before a second thread has woken up.
constexpr double kWorthSharing = 20'000;

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

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

// Where a scratch buffer is; and how far apart those of two threads are, where each has its own.
struct Room {
  std::size_t offset;
  std::size_t apart;
};

class LoopsStep : public Step {
 public:
  LoopsStep(codegen::Kernel kernel, codegen::CompiledKernel compiled, int threads)
      : kernel_(std::move(kernel)), compiled_(std::move(compiled)), threads_(threads) {
    for (const codegen::BufferSpec& buffer : kernel_.buffers) {
      if (buffer.role != codegen::BufferRole::scratch) {
        ++outside_;
        continue;
      }
      const std::size_t bytes = rounded(static_cast<std::size_t>(buffer.elements) * size_of(buffer.dtype));
      scratch_.push_back({scratch_bytes_, buffer.per_thread ? bytes : 0});
      scratch_bytes_ += bytes * static_cast<std::size_t>(buffer.per_thread ? threads_ : 1);
    }
    buffers_.resize(kernel_.buffers.size() * static_cast<std::size_t>(threads_));
    find_in_place();
    shared_ = threads_ > 1 && std::any_of(kernel_.nests.begin(), kernel_.nests.end(), is_shared);
  }

  void run(Stream&, void* const* addresses) override {
    if (shared_)
      run_shared(addresses);
    else
      compiled_.run(scratch_.empty() ? addresses : with_scratch(addresses, 0));
  }

  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override {
    return cat("loops, ", kernel_.nests.size(), kernel_.nests.size() == 1 ? " nest" : " nests");
  }

 private:
  static bool is_shared(const codegen::Nest& nest) {
    return nest.parallel && nest.cost > kWorthSharing && nest.root.extent > nest.grain;
  }

  void find_in_place() {
    int output = 0;
    for (const codegen::BufferSpec& buffer : kernel_.buffers) {
      if (buffer.role != codegen::BufferRole::output) continue;
      if (buffer.in_place_of != codegen::kNone)
        in_place_.emplace_back(output, static_cast<int>(buffer.in_place_of));
      ++output;
    }
  }

  void* const* with_scratch(void* const* addresses, std::size_t thread) {
    void** buffers = buffers_.data() + thread * kernel_.buffers.size();
    std::copy_n(addresses, outside_, buffers);
    for (std::size_t i = 0; i < scratch_.size(); ++i)
      buffers[outside_ + i] =
          static_cast<std::byte*>(addresses[outside_]) + scratch_[i].offset + thread * scratch_[i].apart;
    return buffers;
  }

  // One parallel region for all nests: entering one costs more than a barrier.
  void run_shared(void* const* addresses) {
#pragma omp parallel num_threads(threads_)
    {
      const int thread = omp_get_thread_num();
      const int threads = omp_get_num_threads();
      void* const* const buffers = with_scratch(addresses, static_cast<std::size_t>(thread));
      for (std::size_t i = 0; i < kernel_.nests.size(); ++i) {
        const codegen::Nest& nest = kernel_.nests[i];
        if (nest.barrier_before && i > 0) {
#pragma omp barrier
        }
        const bool divided = is_shared(nest);
        const Share share =
            divided ? share_of(nest, thread, threads) : Share{0, thread == 0 ? nest.root.extent : 0};
        if (share.begin < share.end) compiled_.nests[i](buffers, share.begin, share.end);
      }
    }
  }

  codegen::Kernel kernel_;
  codegen::CompiledKernel compiled_;
  int threads_;
  bool shared_ = false;
  std::size_t outside_ = 0;  // buffers that are inputs and outputs
  std::size_t scratch_bytes_ = 0;
  std::vector<Room> scratch_;
  std::vector<void*> buffers_;  // for each thread in turn
  std::vector<std::pair<int, int>> in_place_;
};

// A single node as the body of a group.
Graph alone(const Graph& graph, const Node& node) {
  Graph body("body");
  Node moved = node;
  for (std::uint32_t i = 0; i < node.inputs.size(); ++i)
    moved.inputs[i] = body.input(cat("i", i), graph.type(node.inputs[i])).ref();
  const std::uint32_t id = body.append(std::move(moved));
  for (std::uint32_t i = 0; i < node.results.size(); ++i) body.output(cat("o", i), body.value({id, i}));
  return body;
}

codegen::Kernel lower_node(const Graph& lowered, std::uint32_t id, int lanes) {
  const Node& node = lowered.nodes()[id];
  codegen::LowerOptions options{cat("k", id), lanes, {}};
  if (node.op != Op::fused) return codegen::lower(alone(lowered, node), options);
  const Ints& pairs = node.attrs.ints("in_place");
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    options.in_place.push_back(
        {static_cast<std::uint32_t>(pairs[i + 1]), static_cast<std::uint32_t>(pairs[i])});
  return codegen::lower(*node.bodies[0], options);
}
}  // namespace

bool loops_available() { return codegen::can_compile(); }

bool runs_as_loops(const Node& node) {
  static const bool available = loops_available();
  return available && codegen::can_lower(node);
}

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
    kernels.push_back(lower_node(lowered, id, codegen::lanes_of(target.simd)));
  auto compiled = codegen::compile(kernels, {.target = target});
  std::vector<std::unique_ptr<Step>> steps;
  for (std::size_t i = 0; i < kernels.size(); ++i)
    steps.push_back(
        std::make_unique<LoopsStep>(std::move(kernels[i]), std::move(compiled[i]), options.threads));
  return steps;
}

}  // namespace tenon::cpu
