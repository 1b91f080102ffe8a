// The epilogue of a spec as oneDNN's attributes.
#pragma once

#include <vector>

#include "backend/cpu/onednn/binding.h"
#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

struct Epilogue {
  dnnl::primitive_attr attributes;  // the scratch is the caller's
  std::vector<Binding> operands;
};

// Empty where an operand cannot be described.
std::optional<Epilogue> make_epilogue(const std::vector<PostOp>& ops);

}  // namespace tenon::onednn
