// Between our operands and oneDNN's memory descriptors.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

// The one CPU engine; made before any primitive descriptor, for making it may limit the instruction set.
const dnnl::engine& cpu_engine();

// Empty where oneDNN has no such type, layout or rank, or where there is no element at all.
std::optional<dnnl::memory::desc> describe(const Operand& operand);
// The operand that a descriptor stands for; empty where no name of ours says it exactly.
std::optional<Operand> operand_of(const dnnl::memory::desc& desc);

}  // namespace tenon::onednn
