// OpenVINO from C++, on the headers and libraries inside its wheel: latency mode, one stream, f32.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <openvino/openvino.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../contender.h"

namespace {

using tenon::bench::Steps;

std::string models() {
  const char* folder = std::getenv("BENCH_MODELS");
  if (!folder) throw std::runtime_error("BENCH_MODELS is not set: it names the folder with the models");
  return folder;
}

void fill(ov::Tensor tensor) { std::fill_n(tensor.data<float>(), tensor.get_size(), 0.5f); }

// What a model leaves open is 1.
std::shared_ptr<ov::Model> for_one_item(std::shared_ptr<ov::Model> model) {
  std::map<ov::Output<ov::Node>, ov::PartialShape> shapes;
  for (const auto& input : model->inputs()) {
    ov::PartialShape shape = input.get_partial_shape();
    for (auto& size : shape)
      if (size.is_dynamic()) size = 1;
    shapes[input] = shape;
  }
  if (model->is_dynamic()) model->reshape(shapes);
  return model;
}

ov::CompiledModel compiled(const std::string& name, int threads, int streams = 1) {
  ov::Core core;
  const auto mode = streams == 1 ? ov::hint::PerformanceMode::LATENCY : ov::hint::PerformanceMode::THROUGHPUT;
  return core.compile_model(for_one_item(core.read_model(models() + "/" + name + ".onnx")), "CPU",
                            ov::hint::performance_mode(mode), ov::num_streams(streams),
                            ov::inference_num_threads(threads),
                            ov::hint::inference_precision(ov::element::f32));
}

ov::InferRequest request_of(ov::CompiledModel& model) {
  auto request = model.create_infer_request();
  for (const auto& input : model.inputs()) fill(request.get_tensor(input));
  return request;
}

Steps inference(const std::string& name, int threads) {
  auto model = compiled(name, threads);
  auto request = request_of(model);
  return tenon::bench::repeated([model, request]() mutable { request.infer(); });
}

// A request in flight for each caller, on a stream for each thread.
Steps concurrent(const std::string& name, int callers, int threads) {
  auto model = compiled(name, threads, threads);
  std::vector<ov::InferRequest> requests;
  for (int i = 0; i < callers; ++i) requests.push_back(request_of(model));
  return tenon::bench::repeated([model, requests]() mutable {
    for (auto& request : requests) request.start_async();
    for (auto& request : requests) request.wait();
  });
}

Steps build(const std::string& name, int threads) {
  return [=](std::int64_t) { compiled(name, threads); };
}

Steps first_answer(const std::string& name, int threads) {
  return [=](std::int64_t) {
    auto model = compiled(name, threads);
    request_of(model).infer();
  };
}

std::vector<tenon::bench::Case> all_cases() {
  std::vector<tenon::bench::Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(models())) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".onnx")
      cases.push_back({name, [name](int threads) { return inference(name, threads); }});
  }
  cases.push_back({"resnet18-4-callers", [](int threads) { return concurrent("resnet18", 4, threads); }});
  cases.push_back({"resnet50-build", [](int threads) { return build("resnet50", threads); }, true});
  for (const char* const name : {"resnet50-memory", "resnet50-engine-memory"})
    cases.push_back({name, [](int threads) { return first_answer("resnet50", threads); }, true, true});
  return cases;
}

}  // namespace

int main() {
  return tenon::bench::serve(std::string("OpenVINO ") + ov::get_openvino_version().buildNumber, all_cases());
}
