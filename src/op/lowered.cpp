#include "op/support.h"

namespace tenon {

void define_lowered(OpTable&) {}

}  // namespace tenon
