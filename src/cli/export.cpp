#include <filesystem>

#include "cli/commands.h"
#include "cli/model.h"
#include "cli/onnx.h"
#include "cli/output.h"
#include "tenon/onnx.h"

namespace tenon::cli {

int execute(const ExportArguments& arguments) {
  require(is_onnx(arguments.out), "'", arguments.out, "': models are exported as .onnx");
  const Model model = open_model(arguments.model, {.backend = "reference", .no_cache = true});
  work([&] { export_onnx(model.engine.program(), model.engine.weights(), arguments.out); });
  print(cat("ONNX model: ", arguments.out, ", ", in_bytes(std::filesystem::file_size(arguments.out)), "\n"));
  return kDone;
}

}  // namespace tenon::cli
