// Tenon's side of the benchmarks. A case is a row here and a row of the table in driver/cases.py;
// the driver reports Tenon as absent from cases without one.
#include <vector>

#include "contender.h"
#include "tenon/optim.h"
#include "training.h"

namespace tenon::bench {
namespace {

Steps training(const ModelParts& parts, const Optimizer& optimizer, std::int64_t batch, int threads) {
  auto step = std::make_shared<TrainingStep>(parts, optimizer, batch, threads);
  return repeated([step] { step->run(); });
}

// A call of the public interface, on the caller's own memory.
Steps inference(const Widths& widths, std::int64_t batch, int threads) {
  auto session = std::make_shared<EngineSession>(
      perceptron_engine(widths, threads).session({{"x", {batch, widths[0]}}}));
  session->bind_input("x", Tensor::full(DType::f32, {batch, widths[0]}, 0.5));
  return repeated([session] { session->run(); });
}

std::vector<Case> all_cases() {
  const Widths mlp{784, 256, 128, 10};
  return {
      {"train-mlp", [=](int threads) { return training(classifier(mlp), optim::Adam{}, 64, threads); }},
      {"train-tiny-10-16-10",
       [](int threads) { return training(classifier({10, 16, 10}), optim::Sgd{}, 32, threads); }},
      {"train-tiny-10-5-1",
       [](int threads) { return training(regression({10, 5, 1}), optim::Sgd{}, 32, threads); }},
      {"train-keras-cnn", [](int threads) { return training(keras_cnn(), optim::Adam{}, 64, threads); }},
      {"infer-mlp-1", [](int threads) { return inference({784, 128, 10}, 1, threads); }},
      {"infer-mlp-64", [](int threads) { return inference({784, 128, 10}, 64, threads); }},
      {"infer-tiny", [](int threads) { return inference({4, 16, 16, 2}, 1, threads); }},
      // From a model to the end of its first step. The driver gives each sample a process and, cold, an empty
      // cache.
      {"first-step-cold",
       [=](int threads) -> Steps {
         return [=](std::int64_t) { TrainingStep(classifier(mlp), optim::Adam{}, 64, threads).run(); };
       },
       true},
      {"first-step-warm",
       [=](int threads) -> Steps {
         return [=](std::int64_t) { TrainingStep(classifier(mlp), optim::Adam{}, 64, threads).run(); };
       },
       true},
  };
}

}  // namespace
}  // namespace tenon::bench

int main() { return tenon::bench::serve("Tenon " TENON_VERSION, tenon::bench::all_cases()); }
