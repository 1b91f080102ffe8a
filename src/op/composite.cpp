#include "op/composite.h"

namespace tenon {

std::vector<Type> same_float_type(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  return {context.inputs[0]};
}

bool agree(Dim a, Dim b) { return a == b || !a.is_constant() || !b.is_constant(); }

bool agree(const std::vector<Dim>& a, const std::vector<Dim>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](Dim x, Dim y) { return agree(x, y); });
}

}  // namespace tenon
