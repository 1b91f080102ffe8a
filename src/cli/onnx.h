// ONNX models as engines, and inputs that are drawn to check them with.
#pragma once

#include "cli/arguments.h"

namespace tenon::cli {

bool is_onnx(const std::string& path);

// Shapes as they are given on the command line: "image=1x3x224x224", or without a name where there is one
// input.
Engine engine_of_onnx(const std::string& path, const std::vector<std::string>& shapes,
                      const Running& running);

// Normal numbers for floats, whole ones from 0 on for others; always the same ones. What the program leaves
// open is 1.
NamedTensors drawn_inputs(const Engine& engine);

}  // namespace tenon::cli
