#include "op/support.h"

namespace tenon {

void define_pooling(OpTable&) {}

}  // namespace tenon
