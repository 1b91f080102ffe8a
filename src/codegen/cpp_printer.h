// Kernels as portable C++: scalar, one function a nest. Tests compile it and hold it against the reference; a
// person reads it to see what a kernel does.
#pragma once

#include <span>
#include <string>

#include "codegen/loop.h"

namespace tenon::codegen {

// A whole translation unit. For each kernel it defines, with C linkage,
//   void NAME_nest<i>(void* const* buffers, int64_t begin, int64_t end)   part of the root loop of a nest
//   void NAME_run(void* const* buffers)                                   all nests in full
std::string print_cpp(std::span<const Kernel> kernels);

// What the printed code calls: the ops on single elements, also as a text.
extern const char* const kCppPrelude;

}  // namespace tenon::codegen
