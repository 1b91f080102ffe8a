#include <stdexcept>

#include "codegen/llvm/elements.h"

namespace tenon::codegen {

Expr math_value(Op, const std::vector<Expr>&) {
  throw std::logic_error("an op that the LLVM printer does not know");
}

}  // namespace tenon::codegen
