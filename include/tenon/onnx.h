// ONNX models in and out.
#pragma once

#include <map>
#include <string>

#include "tenon/graph.h"

namespace tenon {

struct OnnxOptions {
  // Of inputs, by name: in the place of what the model says, where that leaves something open or is to be
  // another.
  std::map<std::string, Shape> shapes = {};
  // The first dimension of each input is left open, whatever the model says: to train it, or to run it on
  // several items at a time.
  bool open_batch = false;
};

// A program of the source stage, what the model leaves open still open, and the weights that it needs.
struct OnnxModel {
  Graph program;
  NamedTensors weights;
};

// The weights stay where they are in the file, mapped, as far as they are aligned there. An error says the
// file and the node; ops that are not supported are all listed.
OnnxModel import_onnx(const std::string& path, const OnnxOptions& options = {});

// Writes a program of the source stage with its weights, at opset 20: whole, or not at all. Ops that have no
// form in ONNX are all listed.
void export_onnx(const Graph& program, const NamedTensors& weights, const std::string& path);

}  // namespace tenon
