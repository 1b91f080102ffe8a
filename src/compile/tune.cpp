#include "compile/tune.h"

#include <algorithm>
#include <limits>
#include <random>

#include "backend/choices.h"
#include "pass/pack.h"
#include "runtime/plan_runner.h"
#include "runtime/stopwatch.h"

namespace tenon {

namespace {
Tensor drawn(const Type& type) {
  Tensor numbers = Tensor::empty(DType::f32, type.shape());
  std::minstd_rand generator(1);
  for (float& number : numbers.as<float>())
    number = static_cast<float>(generator()) / static_cast<float>(generator.max()) * 2 - 1;
  return numbers.cast(type.dtype);
}

// A node as a program: its weights are a state, all else are inputs.
Graph program_of(const Graph& lowered, Node node, std::size_t weights) {
  Graph program("tuned");
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Type& type = lowered.type(node.inputs[i]);
    node.inputs[i] = (i == weights ? program.state("weights", type) : program.input(cat("i", i), type)).ref();
  }
  const std::size_t results = node.results.size();
  const std::uint32_t made = program.append(std::move(node));
  for (std::uint32_t i = 0; i < results; ++i) program.output(cat("o", i), program.value({made, i}));
  return program;
}

Plan plan_of(Graph program, Backend& backend, const BackendOptions& options) {
  auto lowered = std::make_shared<const Graph>(std::move(program));
  auto steps = backend.compile(*lowered, options);
  return make_plan(std::move(lowered), std::move(steps));
}

// A plan with memory for what it reads and writes.
class Trial {
 public:
  Trial(const std::shared_ptr<Backend>& backend, const Plan& plan, States& states,
        const BackendOptions& options)
      : backend_(backend),
        stream_(backend->make_stream(options)),
        scratch_(backend),
        runner_(backend, plan, states, scratch_) {
    for (const Slot& input : plan.inputs) {
      const Tensor numbers = drawn(input.type);
      backend->copy_in(*stream_, place(inputs_, numbers.bytes()), numbers.raw(), numbers.bytes());
      backend->synchronize(*stream_);
    }
    for (const Slot& output : plan.outputs) place(outputs_, output.type.bytes());
  }

  void run() {
    runner_.run(*stream_, inputs_, outputs_);
    backend_->synchronize(*stream_);
  }

 private:
  void* place(std::vector<void*>& places, std::size_t bytes) {
    memory_.push_back(backend_->allocate(bytes));
    places.push_back(memory_.back().get());
    return places.back();
  }

  std::shared_ptr<Backend> backend_;
  std::unique_ptr<Stream> stream_;
  Scratch scratch_;
  std::vector<Memory> memory_;
  std::vector<void*> inputs_, outputs_;
  PlanRunner runner_;
};

// In a program other nodes run between two runs of this one: what was near is so no more.
class Cache {
 public:
  explicit Cache(std::size_t near) : elsewhere_(2 * near) {}
  void fill() {
    for (std::size_t i = 0; i < elsewhere_.size(); i += 64) elsewhere_[i] = static_cast<std::byte>(i);
  }

 private:
  std::vector<std::byte> elsewhere_;
};

double least_microseconds(Trial& trial, Cache& cache) {
  constexpr int kRuns = 9;
  constexpr double kEnough = 60'000;
  double least = std::numeric_limits<double>::infinity();
  const Stopwatch all;
  trial.run();
  for (int i = 0; i < kRuns && (i == 0 || all.microseconds() < kEnough); ++i) {
    cache.fill();
    const Stopwatch one;
    trial.run();
    least = std::min(least, one.microseconds());
  }
  return least;
}

double time_of(const Graph& program, const Type& weights, Backend& chosen, const BackendOptions& options) {
  const std::shared_ptr<Backend> backend(std::shared_ptr<void>(), &chosen);
  PreparedProgram packed = pack_weights(Graph("prepare"), program, chosen, options);
  States states(backend);
  states.set("weights", drawn(weights));
  const Plan prepare = plan_of(std::move(packed.prepare), chosen, options);
  const Plan main = plan_of(std::move(packed.main), chosen, options);
  Trial(backend, prepare, states, options).run();
  Trial trial(backend, main, states, options);
  Cache cache(chosen.near_bytes(options));
  return least_microseconds(trial, cache);
}

// The input whose form the ways differ in.
struct Weights {
  std::size_t input = 0;
  std::vector<std::string> ways;
};

std::optional<Weights> weights_of(const Graph& lowered, const Node& node, const Backend& backend,
                                  const BackendOptions& options) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Node& read = lowered.node(node.inputs[i]);
    if (read.op != Op::state || is_updated(lowered, read)) continue;
    std::vector<std::string> ways = backend.ways(lowered, node, i, options);
    if (ways.size() > 1) return Weights{i, std::move(ways)};
  }
  return std::nullopt;
}
}  // namespace

void Tuner::measure(const Graph& lowered, Backend& backend, const BackendOptions& options) {
  BackendOptions trying = options;
  for (const Node& node : lowered.nodes()) {
    const auto weights = weights_of(lowered, node, backend, options);
    if (!weights) continue;
    const std::string key = choice_key(lowered, node, backend.device(), options);
    if (choices_->contains(key)) continue;
    const Graph program = program_of(lowered, node, weights->input);
    TunedNode tuned{key, describe(node), {}};
    for (const std::string& way : weights->ways) {
      trying.choices = std::make_shared<const Choices>(Choices{{key, way}});
      tuned.ways.emplace_back(way,
                              time_of(program, lowered.type(node.inputs[weights->input]), backend, trying));
    }
    std::ranges::stable_sort(tuned.ways, {}, &std::pair<std::string, double>::second);
    choices_->emplace(key, tuned.ways.front().first);
    nodes_.push_back(std::move(tuned));
  }
}

}  // namespace tenon
