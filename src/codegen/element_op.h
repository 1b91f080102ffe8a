// The element-wise ops that can stand in a kernel, and the types they go with.
#pragma once

#include <span>

#include "tenon/dtype.h"
#include "tenon/op_list.h"

namespace tenon::codegen {

enum class ElementOp : std::uint8_t {
  none,           // cannot stand in a kernel
  cast,           // any type to any
  identity,       // any type to itself
  unary,          // a number to the same type
  unary_float,    // a float to the same type
  classify,       // a float to bool
  logical_unary,  // bool to bool
  bitwise_unary,  // an integer or bool to the same type
  binary,         // two numbers of a type to it
  extreme,        // two of any type to it
  binary_float,   // two of a float type to it
  compare,        // two of a type to bool
  logical,        // two bools to bool
  bitwise,        // two integers or bools of a type to it
  shift,          // two integers of a type to it
  select,         // bool, two of a type to it
};

ElementOp element_op(Op op);
inline bool is_element_op(Op op) { return element_op(op) != ElementOp::none; }
// Whether printers know `op` from these types to `result`.
bool fits_element_op(Op op, DType result, std::span<const DType> args);

}  // namespace tenon::codegen
