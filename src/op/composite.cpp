#include "op/composite.h"

namespace tenon {

std::vector<Type> same_float_type(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  return {context.inputs[0]};
}

}  // namespace tenon
