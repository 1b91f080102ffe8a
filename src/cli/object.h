// `tenon build --emit-object`: an engine's program compiled ahead of time.
#pragma once

#include "cli/arguments.h"
#include "tenon/ahead.h"

namespace tenon::cli {

// For one item where the program leaves their number open; tried on drawn inputs beside the reference, where
// this processor can run it.
EmittedObject checked_object(const Engine& engine, const BuildArguments& arguments);

// The header where one is asked for.
void write_object(const EmittedObject& object, const BuildArguments& arguments);

}  // namespace tenon::cli
