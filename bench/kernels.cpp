// Single ops on the CPU backend, without a peer: how near each is to what the machine can do. The rate that
// is shown is of multiply-adds or of bytes, to be held against `bench_floor THREADS`.
//   bench_kernels [--benchmark_filter=REGEX]
#include <benchmark/benchmark.h>

#include <functional>
#include <random>

#include "compile/compile.h"
#include "runtime/runner.h"
#include "tenon/ops.h"

namespace {
using namespace tenon;
using benchmark::Counter;

// A program of one result on inputs of random numbers, ready to run on one thread.
class Program {
 public:
  explicit Program(const std::function<void(Graph&)>& write)
      : backend_(choose_backend("cpu")), states_(backend_), scratch_(backend_) {
    Graph graph("kernel");
    write(graph);
    auto executable = std::make_shared<const Executable>(compile(graph, {}, *backend_));
    for (const Slot& slot : executable->inputs) inputs_.push_back(add(slot));
    for (const Slot& slot : executable->outputs) outputs_.push_back(add(slot));
    runner_.emplace(backend_, std::move(executable), states_, scratch_);
    stream_ = backend_->make_stream({});
  }

  void run() { runner_->run(*stream_, inputs_, outputs_); }
  double bytes() const { return bytes_; }

 private:
  void* add(const Slot& slot) {
    held_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
    std::mt19937 engine(1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::int64_t i = 0; i < held_.back().size(); ++i) held_.back().set_number(i, uniform(engine));
    bytes_ += static_cast<double>(slot.type.bytes());
    return held_.back().raw();
  }

  std::shared_ptr<Backend> backend_;
  States states_;
  Scratch scratch_;
  std::vector<Tensor> held_;
  std::vector<void*> inputs_;
  std::vector<void*> outputs_;
  std::optional<Runner> runner_;
  std::unique_ptr<Stream> stream_;
  double bytes_ = 0;
};

void measure(benchmark::State& state, double flops, const std::function<void(Graph&)>& write) {
  Program program(write);
  for (auto _ : state) program.run();
  const double amount = flops > 0 ? flops : program.bytes();
  state.counters[flops > 0 ? "FLOP/s" : "bytes/s"] = Counter(amount, Counter::kIsIterationInvariantRate);
}

Value f32(Graph& graph, const char* name, std::vector<Dim> dims) {
  return graph.input(name, {DType::f32, std::move(dims)});
}

// rows, depth, columns, and which sides are stored transposed.
void product(benchmark::State& state, bool transpose_a, bool transpose_b) {
  const std::int64_t m = state.range(0), k = state.range(1), n = state.range(2);
  using Dims = std::vector<Dim>;
  measure(state, 2.0 * static_cast<double>(m * k * n), [&](Graph& graph) {
    const Value a = f32(graph, "a", transpose_a ? Dims{k, m} : Dims{m, k});
    const Value b = f32(graph, "b", transpose_b ? Dims{n, k} : Dims{k, n});
    graph.output("y", matmul(a, b, {transpose_a, transpose_b}));
  });
}

void shapes(benchmark::internal::Benchmark* product) {
  product->ArgNames({"m", "k", "n"});
  for (const auto& [m, k, n] : {std::tuple{1, 784, 128},
                                {16, 512, 512},
                                {64, 784, 256},
                                {784, 64, 256},
                                {64, 128, 10},
                                {256, 256, 256},
                                {512, 512, 512},
                                {1024, 1024, 1024}})
    product->Args({m, k, n});
}
BENCHMARK_CAPTURE(product, plain, false, false)->Apply(shapes);
BENCHMARK_CAPTURE(product, left_transposed, true, false)->Apply(shapes);
BENCHMARK_CAPTURE(product, right_transposed, false, true)->Apply(shapes);

// items, channels in, channels out, size; 3x3 filters, no padding.
void convolution(benchmark::State& state) {
  const std::int64_t items = state.range(0), in = state.range(1), out = state.range(2), size = state.range(3);
  const double flops = 2.0 * 9 * static_cast<double>(items * in * out * (size - 2) * (size - 2));
  measure(state, flops, [&](Graph& graph) {
    graph.output("y", conv(f32(graph, "x", {items, in, size, size}), f32(graph, "w", {out, in, 3, 3})));
  });
}
BENCHMARK(convolution)
    ->ArgNames({"items", "in", "out", "size"})
    ->Args({64, 1, 32, 28})
    ->Args({64, 32, 64, 13})
    ->Args({1, 64, 64, 58})
    ->Args({1, 256, 256, 16});

// Ops that are bound by memory, on rows x columns elements.
void elementwise(benchmark::State& state, Value (*op)(Value)) {
  measure(state, 0,
          [&](Graph& graph) { graph.output("y", op(f32(graph, "x", {state.range(0), state.range(1)}))); });
}
void matrices(benchmark::internal::Benchmark* op) {
  op->ArgNames({"rows", "columns"})->Args({64, 1000})->Args({4096, 1000});
}
BENCHMARK_CAPTURE(elementwise, exp, +[](Value x) { return exp(x); })->Apply(matrices);
BENCHMARK_CAPTURE(elementwise, gelu, +[](Value x) { return gelu(x); })->Apply(matrices);
BENCHMARK_CAPTURE(elementwise, softmax, +[](Value x) { return softmax(x); })->Apply(matrices);
BENCHMARK_CAPTURE(elementwise, sum_of_rows, +[](Value x) { return reduce_sum(x, {1}); })->Apply(matrices);
BENCHMARK_CAPTURE(elementwise, sum_of_columns, +[](Value x) { return reduce_sum(x, {0}); })->Apply(matrices);
BENCHMARK_CAPTURE(elementwise, transpose, +[](Value x) { return transpose(x); })->Apply(matrices);
}  // namespace

BENCHMARK_MAIN();
