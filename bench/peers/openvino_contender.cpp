// OpenVINO from C++, on the headers and libraries inside its wheel: latency mode, one stream, f32.
#include <algorithm>
#include <cstdlib>
#include <openvino/openvino.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../contender.h"

namespace {

using tenon::bench::Steps;

std::string model_path(const std::string& name) {
  const char* folder = std::getenv("BENCH_MODELS");
  if (!folder) throw std::runtime_error("BENCH_MODELS is not set: it names the folder that models.py filled");
  return std::string(folder) + "/" + name + ".onnx";
}

void fill(ov::Tensor tensor) { std::fill_n(tensor.data<float>(), tensor.get_size(), 0.5f); }

Steps inference(const std::string& name, int threads) {
  ov::Core core;
  auto compiled =
      core.compile_model(model_path(name), "CPU",
                         ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1),
                         ov::inference_num_threads(threads), ov::hint::inference_precision(ov::element::f32));
  auto request = compiled.create_infer_request();
  fill(request.get_input_tensor());
  return tenon::bench::repeated([compiled, request]() mutable { request.infer(); });
}

tenon::bench::Case inference_case(const std::string& name) {
  return {name, [name](int threads) { return inference(name, threads); }};
}

}  // namespace

int main() {
  const std::vector<tenon::bench::Case> cases{inference_case("infer-mlp-1"), inference_case("infer-mlp-64"),
                                              inference_case("infer-tiny")};
  return tenon::bench::serve(std::string("OpenVINO ") + ov::get_openvino_version().buildNumber, cases);
}
