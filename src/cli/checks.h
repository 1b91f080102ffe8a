// What was built, held against the reference.
#pragma once

#include "tenon/engine.h"

namespace tenon::cli {

// Prints the largest errors; fails where one is larger than another order of sums explains, or rounding to
// bf16 in an engine of that precision. `on` says what the inputs were. A program that rounds numbers to bytes
// may be off by more: where one lies between two steps, another order of sums decides which it becomes.
void report_errors(const AccuracyReport& report, const std::string& on, const Graph& program,
                   const PrecisionReport& precision = {});

}  // namespace tenon::cli
