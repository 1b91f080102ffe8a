#include "onnx/cases.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "base/files.h"
#include "base/json.h"
#include "onnx/import.h"
#include "onnx/read.h"
#include "support/temporary_folder.h"
#include "tenon/engine.h"

namespace tenon::onnx_cases {

namespace {
// What ONNX's own runner allows.
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

namespace fs = std::filesystem;

struct OutOfScope : Error {
  using Error::Error;
};

void require_in_scope(const std::vector<onnx::ValueDef>& values, std::string_view what) {
  for (const onnx::ValueDef& value : values) {
    if (value.kind != onnx::ValueKind::tensor)
      throw OutOfScope(cat(what, " '", value.name, "' is no tensor"));
    if (!onnx::dtype_of(value.element_type))
      throw OutOfScope(cat(what, " '", value.name, "' is of ", onnx::name_of_element(value.element_type)));
  }
}

std::vector<Tensor> read_tensors(const fs::path& folder, std::string_view kind) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path path = folder / cat(kind, "_", i, ".pb");
    if (!fs::exists(path)) return tensors;
    tensors.push_back(onnx::read_tensor_file(path.string()));
  }
}

// The published cases hold bfloat16 as the bits of uint16.
Tensor as_declared(const Tensor& tensor, const Type& type) {
  const bool is_bits = type.dtype == DType::bf16 && tensor.dtype() == DType::u16;
  return is_bits ? Tensor::wrap(DType::bf16, tensor.shape(), tensor.raw(), std::make_shared<Tensor>(tensor))
                 : tensor;
}

bool close(double found, double wanted) {
  if (std::isnan(wanted) || std::isinf(wanted))
    return std::isnan(wanted) ? std::isnan(found) : found == wanted;
  return std::abs(found - wanted) <= kAbsolute + kRelative * std::abs(wanted);
}

std::optional<std::string> difference(const Tensor& found, const Tensor& wanted) {
  if (found.dtype() != wanted.dtype() || found.shape() != wanted.shape())
    return cat("is ", found.dtype(), found.shape(), ", not ", wanted.dtype(), wanted.shape());
  for (std::int64_t i = 0; i < found.size(); ++i)
    if (!close(found.number(i), wanted.number(i)))
      return cat("element ", i, " is ", found.number(i), ", not ", wanted.number(i));
  return std::nullopt;
}

void check_set(const Engine& engine, const fs::path& folder) {
  const std::vector<Tensor> inputs = read_tensors(folder, "input");
  const std::vector<Tensor> wanted = read_tensors(folder, "output");
  const std::vector<Port> ports = engine.inputs();
  require(inputs.size() >= ports.size(), "the case has ", inputs.size(), " inputs, and the program ",
          ports.size());
  NamedTensors named;
  for (std::size_t i = 0; i < ports.size(); ++i)
    named.emplace_back(ports[i].name, as_declared(inputs[i], ports[i].type));
  if (engine.program().find_input(kRandomKeyInput))  // so that what is drawn is the same in every run
    named.emplace_back(kRandomKeyInput, Tensor::of<std::uint64_t>({2}, {0, 0}));
  const NamedTensors found = engine.run(named);
  require(found.size() >= wanted.size(), "there are ", found.size(), " outputs, not ", wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (const auto off = difference(found[i].second, as_declared(wanted[i], engine.outputs()[i].type)))
      fail("output '", found[i].first, "' ", *off);
}

OnnxModel exported_again(const OnnxModel& model) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.onnx";
  export_onnx(model.program, model.weights, path);
  return import_onnx(path);
}

void write_case(const OnnxModel& model, const fs::path& published, const fs::path& folder) {
  const fs::path own = folder / published.filename();
  fs::create_directories(own);
  export_onnx(model.program, model.weights, own / "model.onnx");
  write_atomically((own / "case").string(), published.string());
}

std::string op_of(const onnx::ModelDef& model, const std::string& name) {
  if (model.graph.nodes.size() == 1) return std::string(model.graph.nodes[0].op);
  const std::string what = name.starts_with("test_") ? name.substr(5) : name;
  return what.substr(0, what.find('_'));
}
}  // namespace

std::vector<std::string> find_cases(const std::string& root) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().filename() == "model.onnx") found.push_back(entry.path().parent_path().string());
  std::ranges::sort(found);
  return found;
}

Result run_case(const std::string& folder, const How& how) {
  const fs::path path(folder);
  Result result{path.filename().string(), path.parent_path().filename().string(), how.backend, {}, {}, {}};
  std::optional<Engine> engine;
  try {
    const onnx::ModelDef model = onnx::read_model((path / "model.onnx").string());
    result.op = op_of(model, result.name);
    require_in_scope(model.graph.inputs, "input");
    require_in_scope(model.graph.outputs, "output");
    OnnxModel imported = onnx::import_model(model);
    if (how.exported) imported = exported_again(imported);
    if (!how.write.empty()) write_case(imported, path, fs::path(how.write));
    engine.emplace(imported.program, std::move(imported.weights), EngineInfo{},
                   EngineOptions{.backend = how.backend, .cache = false});
  } catch (const OutOfScope& reason) {
    result.outcome = Outcome::out_of_scope;
    result.why = reason.what();
    return result;
  } catch (const Error& error) {
    result.outcome = Outcome::unsupported;
    result.why = error.what();
    return result;
  }
  try {
    for (int set = 0; fs::exists(path / cat("test_data_set_", set)); ++set)
      check_set(*engine, path / cat("test_data_set_", set));
  } catch (const std::exception& error) {
    result.outcome = Outcome::failed;
    result.why = error.what();
  }
  return result;
}

std::string to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "pass";
    case Outcome::failed:
      return "fail";
    case Outcome::unsupported:
      return "unsupported";
    default:
      return "out of scope";
  }
}

std::string as_line(const Result& result) {
  const std::string line =
      cat(result.group, "/", result.name, "  ", result.backend, "  ", to_string(result.outcome));
  if (result.why.empty()) return line;
  std::string why = result.why;
  std::ranges::replace(why, '\n', ' ');
  return cat(line, "  ", why);
}

std::string as_json(const std::vector<Result>& results) {
  std::string lines;
  for (const Result& result : results) {
    const Json line(Json::Object{{"case", result.name},
                                 {"group", result.group},
                                 {"op", result.op},
                                 {"backend", result.backend},
                                 {"outcome", to_string(result.outcome)},
                                 {"why", result.why}});
    lines += tenon::to_string(line) + "\n";
  }
  return lines;
}

std::string as_table(const std::vector<Result>& results) {
  struct Count {
    int passed = 0;
    int all = 0;
  };
  std::map<std::string, std::map<std::string, Count>> counts;
  std::set<std::string> backends;
  for (const Result& result : results) {
    if (result.outcome == Outcome::out_of_scope) continue;
    backends.insert(result.backend);
    Count& count = counts[result.op][result.backend];
    count.passed += result.outcome == Outcome::passed ? 1 : 0;
    ++count.all;
  }
  std::string table = "op";
  table.resize(32, ' ');
  for (const std::string& backend : backends) table += cat(backend, "\t");
  for (auto& [op, by_backend] : counts) {
    std::string row = op;
    row.resize(std::max<std::size_t>(row.size() + 1, 32), ' ');
    for (const std::string& backend : backends)
      row += cat(by_backend[backend].passed, "/", by_backend[backend].all, "\t");
    table += cat("\n", row);
  }
  return table + "\n";
}

}  // namespace tenon::onnx_cases
