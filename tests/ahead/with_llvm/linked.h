// An object linked into a program that has no library at all, and run.
#pragma once

#include "tenon/ahead.h"

namespace tenon::testing {

// What `program` in the shell prints, one after another; fails where it ends with anything but 0.
std::string output_of(const std::string& program);

// Writes the object and its header where a C compiler can find them.
void write_files(const EmittedObject& object, const std::string& folder, const std::string& name);

// Calls the object in a program of its own, built with -nostdlib and -ffreestanding. The outputs' types say
// how their bytes are to be read.
std::vector<Tensor> run_linked(const EmittedObject& object, const std::string& name,
                               const std::vector<Tensor>& inputs, const std::vector<Type>& outputs);

}  // namespace tenon::testing
