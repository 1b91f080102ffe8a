// ONNX models, from the file to a plan: what is imported is planned for small inputs, as long as nothing in
// it is large.
#include <algorithm>

#include "backend/reference/reference.h"
#include "compile/compile.h"
#include "onnx/import.h"
#include "onnx/read.h"
#include "target.h"
#include "tenon/onnx.h"

namespace {
constexpr std::int64_t kOpenDim = 2;
constexpr std::int64_t kMostElements = 1'000'000;

bool is_small(const tenon::Graph& typed) {
  return std::ranges::all_of(typed.nodes(), [](const tenon::Node& node) {
    const auto is_small_type = [](const tenon::Type& type) {
      return type.concrete() && type.size() <= kMostElements;
    };
    return std::ranges::all_of(node.results, is_small_type) &&
           std::ranges::all_of(node.bodies, [](const auto& body) { return is_small(*body); });
  });
}

std::map<std::string, tenon::Type> small_types(const tenon::Graph& program) {
  std::map<std::string, tenon::Type> types;
  for (const std::uint32_t id : program.inputs()) {
    tenon::Type type = program.nodes()[id].results[0];
    type.ranked = true;
    for (tenon::Dim& dim : type.dims)
      if (!dim.is_constant()) dim = kOpenDim;
    types.emplace(tenon::name_of(program.nodes()[id]), type);
  }
  return types;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    const tenon::OnnxModel model = tenon::onnx::import_model(tenon::onnx::read_model(*copy, "input", copy));
    const auto types = small_types(model.program);
    const tenon::Stage stage = tenon::first_stage(model.program, types);
    if (!is_small(stage.now)) return;
    const auto backend = tenon::make_reference_backend();
    tenon::compile_stage(model.program, types, {}, *backend);
  });
}
