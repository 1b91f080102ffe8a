#include "onnx/importing.h"
#include "onnx/rules.h"

// Shapes, and values made from them.
namespace tenon::onnx {

namespace {
Value counts_of(const Call& call, Value x) {
  const Value shape = shape_of(x);
  const auto known = call.known(shape);
  return known ? call.constant(*known) : shape;
}

std::vector<Item> shape(const Call& call) {
  const Value dims = counts_of(call, call.input(0));
  if (!call.has_attribute("start") && !call.has_attribute("end")) return {dims};
  return {slice(dims, {{0, call.integer("start", 0), call.integer("end", SliceSpec::kEnd)}})};
}

std::vector<Item> size(const Call& call) { return {reduce_prod(counts_of(call, call.input(0)))}; }

// The first of its value attributes that is given.
std::vector<Item> constant(const Call& call) {
  call.require(call.output_count() > 0, "it has no output");
  if (call.has_attribute("value"))
    return {call.scope().body().bring(
        call.import().weight(call.node().outputs.at(0), call.tensor_attribute("value")))};
  const auto list = [](const auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    return Tensor::of<T>({static_cast<std::int64_t>(values.size())}, std::span<const T>(values));
  };
  if (call.has_attribute("value_int"))
    return {call.constant(Tensor::scalar<std::int64_t>(call.integer("value_int")))};
  if (call.has_attribute("value_float"))
    return {call.constant(Tensor::scalar<float>(static_cast<float>(call.number("value_float"))))};
  if (call.has_attribute("value_ints")) return {call.constant(list(call.ints("value_ints")))};
  if (call.has_attribute("value_floats"))
    return {call.constant(list(call.numbers("value_floats")).cast(DType::f32))};
  call.fail("a constant of this kind is not supported");
}

std::vector<Item> filled(const Call& call) {
  const Tensor value = call.has_attribute("value") ? call.tensor("value") : Tensor::zeros(DType::f32, {1});
  call.require(value.size() == 1, "its value has ", value.size(), " elements, not one");
  const Value one = call.constant(value.reshape({}));
  const Operand64 shape = call.operand(0);
  return {shape.known ? broadcast_to(one, *shape.known) : broadcast_to(one, shape.value)};
}

// start, start + delta, … up to the limit and without it.
std::vector<Item> range(const Call& call) {
  const Value start = call.input(0), limit = call.input(1), delta = call.input(2);
  const DType type = start.dtype();
  const auto scalar = [](Value x) { return x.rank() == 0 ? x : reshape(x, Ints{}); };
  const auto wide = [&](Value x) { return cast(scalar(x), DType::f64); };
  const Value turns = ceil(div(sub(wide(limit), wide(start)), wide(delta)));
  const Value count = reshape(cast(maximum(turns, 0.0), DType::i64), Ints{1});
  const auto known = call.known(count);
  const Value steps = known ? iota(call.graph(), {known->as<std::int64_t>()[0]}) : iota(count);
  return {scalar(start) + cast(steps, type) * scalar(delta)};
}
}  // namespace

void add_shape_rules(Rules& rules) {
  rules.add("Constant", constant);
  rules.add("ConstantOfShape", filled);
  rules.add("Range", range);
  rules.add("Shape", shape);
  rules.add("Size", size);
}

}  // namespace tenon::onnx
