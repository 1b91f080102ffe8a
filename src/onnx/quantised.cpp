#include "onnx/quantised.h"

#include "onnx/shapes.h"

namespace tenon::onnx {

namespace {
bool is_single(const Value& value) { return value.type().concrete() && value.type().size() == 1; }

Value spread(const Call& call, Value parameter, Value x, std::int64_t axis, std::int64_t block) {
  if (is_single(parameter)) return as_scalar(parameter);
  const std::int64_t place = place_of(call, axis, x.rank());
  if (parameter.rank() == 1 && block == 0) return along(parameter, place, x.rank());
  call.require(block > 0 && parameter.rank() == x.rank(), "its scales are one for each block, and there is ",
               "no block_size");
  const Value wide = repeated(call, parameter, place, block);
  const Dim size = x.type().dims[static_cast<std::size_t>(place)];
  return size.is_constant() ? slice(wide, {{place, 0, size.constant()}}) : wide;
}
}  // namespace

Quantisation quantisation_of(const Call& call, Value x, std::size_t scale, std::size_t zero,
                             std::int64_t axis, std::int64_t block) {
  return {spread(call, call.input(scale), x, axis, block),
          call.has(zero) ? spread(call, call.input(zero), x, axis, block) : Value()};
}

Quantisation quantisation_of(const Call& call, std::size_t scale, std::size_t zero) {
  const auto one = [&](std::size_t input) {
    const Value value = call.input(input);
    return is_single(value) ? as_scalar(value) : value;
  };
  return {one(scale), call.has(zero) ? one(zero) : Value()};
}

DType type_of(const Quantisation& how, DType otherwise) {
  return how.zero.defined() ? how.zero.dtype() : otherwise;
}

Value dequantised(Value x, const Quantisation& how, DType dtype) {
  const Value number = cast_to(x, dtype);
  const Value shifted = how.zero.defined() ? number - cast_to(how.zero, dtype) : number;
  return shifted * cast_to(how.scale, dtype);
}

Value quantised(Value x, const Quantisation& how, DType dtype) {
  const Value whole = round(x / cast_to(how.scale, x.dtype()));
  return cast(how.zero.defined() ? whole + cast_to(how.zero, x.dtype()) : whole, dtype);
}

Value centred(Value x, Value zero) {
  const Value wide = cast_to(x, DType::i32);
  return zero.defined() ? wide - cast_to(zero, DType::i32) : wide;
}

}  // namespace tenon::onnx
