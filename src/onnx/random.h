// Random numbers that rules of several families draw.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

// x with elements dropped at a rate and the others scaled, where the model is training, and which of them
// stayed. Both scalars may be known only when the model runs.
std::vector<Item> drop_in_training(const Call& call, Value x, Value rate, Value training);

}  // namespace tenon::onnx
