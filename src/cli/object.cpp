#include "cli/object.h"

#include <filesystem>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "tenon/ahead.h"

namespace tenon::cli {

namespace {
std::string name_for(const BuildArguments& arguments) {
  if (!arguments.name.empty()) return arguments.name;
  const std::string& file = arguments.header.empty() ? arguments.object : arguments.header;
  return std::filesystem::path(file).stem().string();
}
}  // namespace

void write_object(const Engine& engine, const BuildArguments& arguments) {
  const EmittedObject made =
      emit_object(engine.program(), engine.weights(), {}, {name_for(arguments), arguments.target});
  const std::string_view object(reinterpret_cast<const char*>(made.object.data()), made.object.size());
  work([&] {
    write_atomically(arguments.object, object);
    if (!arguments.header.empty()) write_atomically(arguments.header, made.header);
  });
  print(cat("object: ", arguments.object, ", ", in_bytes(object.size()), ", of which constants ",
            in_bytes(made.constant_bytes), "; a call needs ", in_bytes(made.scratch_bytes), " of scratch\n"));
  if (!arguments.header.empty()) print(cat("header: ", arguments.header, "\n"));
}

}  // namespace tenon::cli
