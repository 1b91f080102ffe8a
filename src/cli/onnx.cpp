#include "cli/onnx.h"

#include <charconv>
#include <filesystem>
#include <random>

#include "cli/commands.h"
#include "tenon/onnx.h"

namespace tenon::cli {

namespace {
constexpr int kDrawnIntegers = 8;  // small enough to be an index into most tables

Shape parse_shape(std::string_view text, std::string_view given) {
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::int64_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    const bool more = next != end && *next == 'x' && next + 1 != end;
    require(error == std::errc() && size >= 0 && (next == end || more), "--shape ", given,
            ": a shape is numbers with x between them, as in image=1x3x224x224");
    shape.push_back(size);
    at = next == end ? end : next + 1;
  }
  return shape;
}

OnnxOptions options_of(const std::vector<std::string>& shapes, const std::string& path) {
  OnnxOptions options;
  for (const std::string& given : shapes) {
    const std::size_t equals = given.rfind('=');
    require(equals != std::string::npos && equals > 0, "--shape ", given, ": which input of '", path,
            "' is of this shape? As in image=1x3x224x224");
    options.shapes[given.substr(0, equals)] = parse_shape(std::string_view(given).substr(equals + 1), given);
  }
  return options;
}

std::int64_t largest_drawn(DType dtype) {
  if (dtype == DType::boolean) return 1;
  return dtype == DType::u8 ? 255 : kDrawnIntegers - 1;  // bytes are pictures
}

template <class Generator>
Tensor drawn(const Port& port, Generator& generator) {
  Shape shape;
  for (const Dim dim : port.type.dims) shape.push_back(dim.is_constant() ? dim.constant() : 1);
  Tensor tensor = Tensor::empty(is_float(port.type.dtype) ? DType::f64 : DType::i64, shape);
  std::normal_distribution<double> number;
  std::uniform_int_distribution<std::int64_t> integer(0, largest_drawn(port.type.dtype));
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    if (is_float(port.type.dtype))
      tensor.as<double>()[static_cast<std::size_t>(i)] = number(generator);
    else
      tensor.as<std::int64_t>()[static_cast<std::size_t>(i)] = integer(generator);
  return tensor.cast(port.type.dtype);
}
}  // namespace

bool is_onnx(const std::string& path) { return path.ends_with(".onnx"); }

Engine engine_of_onnx(const std::string& path, const std::vector<std::string>& shapes,
                      const Running& running) {
  OnnxModel model = import_onnx(path, options_of(shapes, path));
  EngineInfo info;
  info.notes = {{"version", std::string(kVersion)},
                {"model", std::filesystem::path(path).filename().string()}};
  return {model.program, std::move(model.weights), std::move(info), engine_options(running)};
}

NamedTensors drawn_inputs(const Engine& engine) {
  std::mt19937_64 generator(1);  // NOLINT(cert-msc51-cpp): the same inputs for the same model
  NamedTensors inputs;
  for (const Port& port : engine.inputs()) inputs.emplace_back(port.name, drawn(port, generator));
  return inputs;
}

}  // namespace tenon::cli
