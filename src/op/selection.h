// The ops whose result shapes depend on elements.
#pragma once

#include "op/support.h"

namespace tenon {

OpDef selection_row(std::string documentation, int inputs);
void define_unique(OpTable& table);
void define_non_max_suppression(OpTable& table);

}  // namespace tenon
