// What was built, held against the reference.
#pragma once

#include "tenon/engine.h"

namespace tenon::cli {

// Prints the largest errors; fails where one is larger than another order of sums explains. `on` says what
// the inputs were.
void report_errors(const AccuracyReport& report, const std::string& on);

}  // namespace tenon::cli
