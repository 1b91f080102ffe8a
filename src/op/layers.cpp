#include "tenon/ops/layers.h"

#include "op/composite.h"

namespace tenon {

void define_layers(OpTable&) {}

}  // namespace tenon
