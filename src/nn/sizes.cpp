#include "nn/sizes.h"

#include <cmath>

namespace tenon::nn {

std::int64_t known_size(const Context& context, Value x, std::int64_t axis) {
  const Type& type = x.type();
  const std::int64_t at = axis < 0 ? axis + type.rank() : axis;
  require(type.ranked && at >= 0 && at < type.rank(), "layer '", context.scope(), "': its input is ", type,
          ", which has no axis ", axis);
  const Dim dim = type.dims[static_cast<std::size_t>(at)];
  require(dim.is_constant(), "layer '", context.scope(), "': axis ", axis, " of its input, ", type,
          ", must be known, for it decides the size of a parameter");
  return dim.constant();
}

Shape known_sizes(const Context& context, Value x, std::int64_t first_axis) {
  Shape shape;
  for (std::int64_t axis = first_axis < 0 ? first_axis + x.rank() : first_axis; axis < x.rank(); ++axis)
    shape.push_back(known_size(context, x, axis));
  return shape;
}

Initialiser or_uniform(const Initialiser& chosen, std::int64_t inputs) {
  if (chosen) return chosen;
  const double bound = inputs > 0 ? 1 / std::sqrt(static_cast<double>(inputs)) : 0;
  return init::uniform(-bound, bound);
}

Ints Sizes::of(std::int64_t axes) const {
  if (each.size() == 1) return Ints(static_cast<std::size_t>(axes), each[0]);
  require(static_cast<std::int64_t>(each.size()) == axes, "sizes ", each, " are for ", each.size(),
          " spatial axes, and there are ", axes);
  return each;
}

}  // namespace tenon::nn
