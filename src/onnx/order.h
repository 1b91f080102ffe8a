// Nodes in an order in which each stands behind those it reads.
#pragma once

#include "onnx/model.h"

namespace tenon::onnx {

// The file's own order where that is one, as ONNX asks. Fails at a circle, naming a node of it.
std::vector<const NodeDef*> in_order(const std::vector<NodeDef>& nodes);

}  // namespace tenon::onnx
