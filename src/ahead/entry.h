// From a plan of generated loops to the entry point that runs it.
#pragma once

#include <span>

#include "codegen/llvm_compiler.h"
#include "plan/plan.h"

namespace tenon::ahead {

struct Code {
  std::vector<codegen::Kernel> kernels;  // equal ones are one
  codegen::EntryPoint entry;
};

// Arguments are the plan's inputs, its outputs and, where it needs some, its scratch. `states` are the values
// of the plan's states, in its order. The steps are those of LoopsBackend.
Code code_of(const Plan& plan, std::span<const Tensor> states, std::string name,
             const codegen::Target& target);

}  // namespace tenon::ahead
