// Tenon's side of the benchmarks. A case is a row here and a row of the table in driver/cases.py;
// the driver reports Tenon as absent from cases without one.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "contender.h"
#include "inference.h"
#include "tenon/optim.h"
#include "training.h"

namespace tenon::bench {
namespace {

Steps training(const ModelParts& parts, const Optimizer& optimizer, std::int64_t batch, int threads) {
  auto step = std::make_shared<TrainingStep>(parts, optimizer, batch, threads);
  return repeated([step] { step->run(); });
}

// A call of the public interface, on the caller's own memory.
Steps inference(const Engine& engine, std::int64_t batch) {
  const std::int64_t width = engine.inputs().front().type.dims.back().constant();
  auto session = std::make_shared<EngineSession>(engine.session({{"x", {batch, width}}}));
  session->bind_input("x", Tensor::full(DType::f32, {batch, width}, 0.5));
  return repeated([session] { session->run(); });
}

std::string caches() {
  const char* const folder = std::getenv("BENCH_CACHE");
  require(folder != nullptr, "BENCH_CACHE names no folder for compiled code");
  return folder;
}

std::string empty_cache() {
  std::string folder = caches() + "/tenon-XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "no folder could be made in ", caches());
  return folder;
}

// From a model to the end of its first step.
Steps first_step(const Widths& widths, int threads, const std::string& cache) {
  setenv("TENON_CACHE_DIR", cache.c_str(), 1);
  return [=](std::int64_t) { TrainingStep(classifier(widths), optim::Adam{}, 64, threads).run(); };
}

// The ONNX models of the suite `infer`, by the names of their files.
std::vector<Case> model_cases() {
  std::vector<Case> cases;
  for (const char* const name :
       {"resnet18", "resnet50", "mobilenetv2", "minilm", "lstm", "resnet20-cifar10", "yunet_n_320", "dtln_1",
        "super_resolution", "resnet18-int8", "mobilenetv2-int8"})
    cases.push_back({name, [=](int threads) { return model_inference(name, threads); }});
  for (const std::string name : {"resnet18", "resnet50", "mobilenetv2", "minilm"})
    cases.push_back(
        {name + "-bf16", [=](int threads) { return model_inference(name, threads, Precision::bf16); }});
  cases.push_back({"resnet18-4-callers", [](int) { return concurrent_inference("resnet18", 4); }});
  cases.push_back({"resnet50-build", [](int threads) { return engine_build("resnet50", threads); }, true});
  cases.push_back({"resnet50-load", [](int threads) { return first_answer("resnet50", threads); }, true});
  cases.push_back(
      {"resnet50-memory", [](int threads) { return first_import("resnet50", threads); }, true, true});
  cases.push_back(
      {"resnet50-engine-memory", [](int threads) { return first_answer("resnet50", threads); }, true, true});
  return cases;
}

std::vector<Case> all_cases() {
  const Widths mlp{784, 256, 128, 10};
  std::vector<Case> cases{
      {"train-mlp", [=](int threads) { return training(classifier(mlp), optim::Adam{}, 64, threads); }},
      {"train-tiny-10-16-10",
       [](int threads) { return training(classifier({10, 16, 10}), optim::Sgd{}, 32, threads); }},
      {"train-tiny-10-5-1",
       [](int threads) { return training(regression({10, 5, 1}), optim::Sgd{}, 32, threads); }},
      {"train-keras-cnn", [](int threads) { return training(keras_cnn(), optim::Adam{}, 64, threads); }},
      {"infer-tiny", [](int threads) { return inference(perceptron_engine({4, 16, 16, 2}, threads), 1); }},
      {"first-step-cold", [=](int threads) { return first_step(mlp, threads, empty_cache()); }, true},
      {"first-step-warm", [=](int threads) { return first_step(mlp, threads, caches() + "/tenon"); }, true},
  };
  const Widths small{784, 128, 10};
  for (const std::int64_t batch : {1, 64}) {
    const std::string name = cat("infer-mlp-", batch);
    cases.push_back({name, [=](int threads) { return inference(perceptron_engine(small, threads), batch); }});
    cases.push_back({name + "-bf16", [=](int threads) {
                       return inference(in_bf16(perceptron_engine(small, threads)), batch);
                     }});
  }
  std::ranges::move(model_cases(), std::back_inserter(cases));
  return cases;
}

}  // namespace
}  // namespace tenon::bench

int main() { return tenon::bench::serve("Tenon " TENON_VERSION, tenon::bench::all_cases()); }
