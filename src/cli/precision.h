// The precision of an engine, for people.
#pragma once

#include <string>

#include "tenon/engine.h"

namespace tenon::cli {

// "bf16 in 12 of 21 layers; loses 0.0012 mean relative error of at most 0.01 on 64 items; …"
std::string precision_text(const PrecisionReport& report);
// What was measured of each layer and chosen; empty where no layer is known.
std::string layers_text(const PrecisionReport& report);

}  // namespace tenon::cli
