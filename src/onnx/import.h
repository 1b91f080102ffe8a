// From an ONNX model to a program and its weights.
#pragma once

#include "onnx/model.h"
#include "tenon/onnx.h"

namespace tenon::onnx {

OnnxModel import_model(const ModelDef& model, const OnnxOptions& options = {});

}  // namespace tenon::onnx
