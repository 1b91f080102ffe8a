#include "op/support.h"

namespace tenon {

void define_indexing(OpTable&) {}

}  // namespace tenon
