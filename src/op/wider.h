// Products summed into a wider type than that of their operands, which the attribute `result` names.
#pragma once

#include <optional>

#include "op/support.h"

namespace tenon {

AttrSpec result_attr();
Attrs with_result(Attrs attrs, std::optional<DType> result);
std::optional<DType> result_of(const Attrs& attrs);

// What `result` says, where it is given; fails where the first two inputs are not multiplied into that.
std::optional<DType> wider_result(const TypeContext& context);

// The first two inputs as a gradient reads them, in the type of the result; and the gradient, in theirs.
Value widened(const GradContext& g, std::size_t input);
Value narrowed(const GradContext& g, std::size_t input, Value grad);

}  // namespace tenon
