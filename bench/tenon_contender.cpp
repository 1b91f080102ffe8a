// Tenon's side of the benchmarks. A case is a row here and a row of the table in driver/cases.py;
// the driver reports Tenon as absent from cases without one.
#include <vector>

#include "contender.h"
#include "training.h"

namespace tenon::bench {
namespace {

Steps steps_of(const Graph& graph, const std::map<std::string, Type>& types, int threads) {
  auto program = std::make_shared<Program>(graph, types, threads);
  return repeated([program] { program->run(); });
}

Steps perceptron_steps(const std::vector<std::int64_t>& widths, std::int64_t batch, Rule rule,
                       bool regression, int threads) {
  const Type target = regression ? Type{DType::f32, {batch, widths.back()}} : Type{DType::i64, {batch}};
  return steps_of(perceptron_training(widths, rule, regression),
                  {{"x", {DType::f32, {batch, widths[0]}}}, {"y", target}}, threads);
}

Steps inference_steps(const std::vector<std::int64_t>& widths, std::int64_t batch, int threads) {
  return steps_of(perceptron_inference(widths), {{"x", {DType::f32, {batch, widths[0]}}}}, threads);
}

std::vector<Case> all_cases() {
  return {
      {"train-mlp",
       [](int threads) { return perceptron_steps({784, 256, 128, 10}, 64, Rule::adam, false, threads); }},
      {"train-tiny-10-16-10",
       [](int threads) { return perceptron_steps({10, 16, 10}, 32, Rule::sgd, false, threads); }},
      {"train-tiny-10-5-1",
       [](int threads) { return perceptron_steps({10, 5, 1}, 32, Rule::sgd, true, threads); }},
      {"train-keras-cnn",
       [](int threads) {
         return steps_of(keras_cnn_training(),
                         {{"x", {DType::f32, {64, 1, 28, 28}}}, {"y", {DType::i64, {64}}}}, threads);
       }},
      {"infer-mlp-1", [](int threads) { return inference_steps({784, 128, 10}, 1, threads); }},
      {"infer-mlp-64", [](int threads) { return inference_steps({784, 128, 10}, 64, threads); }},
      {"infer-tiny", [](int threads) { return inference_steps({4, 16, 16, 2}, 1, threads); }},
  };
}

}  // namespace
}  // namespace tenon::bench

int main() { return tenon::bench::serve("Tenon " TENON_VERSION, tenon::bench::all_cases()); }
