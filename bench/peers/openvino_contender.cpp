// OpenVINO from C++, on the headers and libraries inside its wheel: latency mode, one stream, f32, or bf16
// for cases of that precision. Called with the argument "f32" it runs those in f32 as well, which may be
// faster.
#include <cpuid.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <openvino/openvino.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../contender.h"

namespace {

using tenon::bench::Steps;

std::string models() {
  const char* folder = std::getenv("BENCH_MODELS");
  if (!folder) throw std::runtime_error("BENCH_MODELS is not set: it names the folder with the models");
  return folder;
}

constexpr std::string_view kBf16 = "-bf16";  // behind the name of a case

// Some virtual machines announce AMX but hide how its tiles are shaped (leaf 1Dh). OpenVINO then dies of an
// illegal instruction in bf16, unless it is told to leave the unit alone.
bool amx_is_crippled() {
  constexpr unsigned kTileLeaf = 0x1D, kAmxTileBit = 1u << 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & kAmxTileBit)) return false;
  return !__get_cpuid_count(kTileLeaf, 0, &a, &b, &c, &d) || a == 0;
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

ov::CompiledModel compiled(const std::string& name, int threads, int streams = 1,
                           ov::element::Type precision = ov::element::f32) {
  const bool wants_tiles = precision == ov::element::bf16 || name.ends_with("-int8");
  if (wants_tiles && amx_is_crippled())
    setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16", 0);  // read when the library is first used
  ov::Core core;
  const auto mode = streams == 1 ? ov::hint::PerformanceMode::LATENCY : ov::hint::PerformanceMode::THROUGHPUT;
  return core.compile_model(for_one_item(core.read_model(models() + "/" + name + ".onnx")), "CPU",
                            ov::hint::performance_mode(mode), ov::num_streams(streams),
                            ov::inference_num_threads(threads), ov::hint::inference_precision(precision));
}

ov::InferRequest request_of(ov::CompiledModel& model) {
  auto request = model.create_infer_request();
  for (const auto& input : model.inputs()) fill(request.get_tensor(input));
  return request;
}

Steps inference(const std::string& name, int threads, ov::element::Type precision = ov::element::f32) {
  auto model = compiled(name, threads, 1, precision);
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

std::vector<tenon::bench::Case> all_cases(ov::element::Type lower) {
  std::vector<tenon::bench::Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(models())) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".onnx") continue;
    cases.push_back({name, [name](int threads) { return inference(name, threads); }});
    cases.push_back(
        {name + std::string(kBf16), [=](int threads) { return inference(name, threads, lower); }});
  }
  cases.push_back({"resnet18-4-callers", [](int threads) { return concurrent("resnet18", 4, threads); }});
  cases.push_back({"resnet50-build", [](int threads) { return build("resnet50", threads); }, true});
  for (const char* const name : {"resnet50-memory", "resnet50-engine-memory"})
    cases.push_back({name, [](int threads) { return first_answer("resnet50", threads); }, true, true});
  return cases;
}

}  // namespace

int main(int count, char** words) {
  const bool in_f32 = count > 1 && std::string_view(words[1]) == "f32";
  return tenon::bench::serve(std::string("OpenVINO ") + ov::get_openvino_version().buildNumber,
                             all_cases(in_f32 ? ov::element::f32 : ov::element::bf16));
}
