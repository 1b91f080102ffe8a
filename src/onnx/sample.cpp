#include "onnx/sample.h"

#include "onnx/shapes.h"

namespace tenon::onnx {

Value elements_at(const Call& call, Value x, Value image, Value channel, const std::vector<Value>& places) {
  Value total = image * size_of_axis(call, x, 1) + channel;
  for (std::size_t i = 0; i < places.size(); ++i)
    total = total * size_of_axis(call, x, static_cast<std::int64_t>(i) + 2) + places[i];
  return gather(flat(x), total);
}

Value cubic_weight(Value distance, double a) {
  const Value d = abs(distance);
  const Value near = ((a + 2) * d - (a + 3)) * d * d + 1.0;
  const Value far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return select(d <= 1.0, near, select(d < 2.0, far, 0.0));
}

}  // namespace tenon::onnx
