// `tenon build --emit-object`: an engine's program compiled ahead of time.
#pragma once

#include "cli/arguments.h"

namespace tenon::cli {

// For one item where the program leaves their number open. The header is written where one is asked for.
void write_object(const Engine& engine, const BuildArguments& arguments);

}  // namespace tenon::cli
