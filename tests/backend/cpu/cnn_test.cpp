// A training step of a small convolution net, with and without blocked images, against the interpreter.
#include <gtest/gtest.h>

#include "backend/cpu/cpu.h"
#include "compile/training_step.h"

namespace tenon {
namespace {

using testing::labels;
using testing::largest_difference;
using testing::random_states;
using testing::random_tensor;

Value layer(Value x, const std::string& name, std::int64_t channels, std::vector<Value>& parameters) {
  Graph& graph = x.graph();
  parameters.push_back(graph.state(name + ".weight", {DType::f32, {channels, x.type().dims[1], 3, 3}}));
  parameters.push_back(graph.state(name + ".bias", {DType::f32, {channels}}));
  const Value bias = reshape(parameters.back(), {channels, 1, 1});
  return relu(conv(x, parameters[parameters.size() - 2]) + bias);
}

struct Net {
  std::vector<std::int64_t> channels;
  std::int64_t size;
  std::int64_t batch;
};

Graph step_of(const Net& net) {
  Graph graph("cnn");
  std::vector<Value> parameters;
  Value x = graph.input("x", {DType::f32, {"N", net.channels[0], net.size, net.size}});
  for (std::size_t i = 1; i < net.channels.size(); ++i) {
    x = layer(x, cat("conv", i), net.channels[i], parameters);
    x = max_pool(x, {.kernel = {2, 2}}).values;
  }
  const Shape image = [&] {
    Shape shape;
    for (std::size_t i = 1; i < 4; ++i) shape.push_back(x.type().dims[i].constant());
    return shape;
  }();
  parameters.push_back(graph.state("head", {DType::f32, {element_count(image), 10}}));
  const Value logits = matmul(reshape(x, {0, element_count(image)}), parameters.back());
  const Value loss = cross_entropy(logits, graph.input("y", {DType::i64, {"N"}}));
  const auto grads = gradient({&loss, 1}, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    graph.update(name_of(graph.node(parameters[i].ref())), parameters[i] - grads[i] * 0.1);
  graph.output("loss", loss);
  return graph;
}

void compare(const Net& net, int threads, bool blocked) {
  const auto backend = make_cpu_backend();
  const Graph graph = step_of(net);
  const TensorMap initial = random_states(graph);
  const std::vector<Tensor> inputs{random_tensor({net.batch, net.channels[0], net.size, net.size}, 5),
                                   labels(net.batch, 10)};
  const Evaluation wanted = evaluate(graph, inputs, initial);

  CompileOptions options;
  options.backend.threads = threads;
  if (!blocked) options.disabled = {"block-images"};
  auto executable = std::make_shared<const Executable>(
      compile(graph, {{"x", Type::of(inputs[0])}, {"y", Type::of(inputs[1])}}, *backend, options));
  States states(backend);
  for (const auto& [name, value] : initial) states.set(name, value);
  Scratch scratch(backend);
  Runner runner(backend, executable, states, scratch);
  const Tensor loss = Tensor::zeros(DType::f32, {});
  runner.run(*backend->make_stream(options.backend), std::vector<void*>{inputs[0].raw(), inputs[1].raw()},
             std::vector<void*>{loss.raw()});

  EXPECT_NEAR(loss.number(), wanted.outputs[0].number(), 1e-4);
  for (std::size_t i = 0; i < graph.updates().size(); ++i)
    EXPECT_LT(largest_difference(states.get(graph.updates()[i].name), wanted.updates[i]), 1e-4)
        << graph.updates()[i].name;
}

TEST(ConvolutionNet, OfBlocksOfChannelsIsWhatTheProgramMeans) { compare({{1, 16, 32}, 15, 2}, 1, true); }
TEST(ConvolutionNet, OfPlainImagesIsWhatTheProgramMeans) { compare({{1, 16, 32}, 15, 2}, 1, false); }
TEST(ConvolutionNet, OnTwoThreadsIsWhatTheProgramMeans) { compare({{3, 48, 16}, 14, 20}, 2, true); }
TEST(ConvolutionNet, OfChannelsThatFillNoBlockIsWhatTheProgramMeans) {
  compare({{16, 5, 16}, 13, 3}, 1, true);
}
// Images of 32 channels, 2.8 MB of them: where the cache is smaller, a few at a time.
TEST(ConvolutionNet, OfMoreThanTheCacheHoldsIsWhatTheProgramMeans) {
  compare({{1, 32, 16}, 28, 32}, 1, true);
}

}  // namespace
}  // namespace tenon
