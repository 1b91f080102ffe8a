#include "op/support.h"

namespace tenon {

void define_random(OpTable&) {}

}  // namespace tenon
