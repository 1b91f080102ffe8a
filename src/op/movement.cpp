#include "op/support.h"

namespace tenon {

void define_movement(OpTable&) {}

}  // namespace tenon
