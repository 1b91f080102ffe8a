#include "op/composite.h"

namespace tenon {

namespace {
std::vector<Type> dropout_rule(const TypeContext& context) {
  require_float(context);
  const Type& key = context.inputs[1];
  context.require(key.dtype == DType::u64 && (!key.ranked || agree(key.dims, {Dim(2)})),
                  "the key must be u64[2]: the seed and the step");
  const double rate = context.attrs.number("rate");
  context.require(rate >= 0 && rate < 1, "the rate must be at least 0 and below 1, not ", rate);
  return {context.inputs[0]};
}

std::vector<Value> decompose_dropout(const DecomposeContext& context) {
  const Attrs& attrs = context.node.attrs;
  const Value x = context.inputs[0];
  const double kept = 1 - attrs.number("rate");
  const Value keep = random_bernoulli_like(context.inputs[1], x, kept, attrs.integer("stream"));
  return {select(keep, x * (1 / kept), 0.0)};
}

// The key and the stream give the same elements again.
std::vector<Value> dropout_gradient(const GradContext& context) {
  const Attrs& attrs = context.node.attrs;
  return {dropout(context.grads[0], context.inputs[1], attrs.number("rate"), attrs.integer("stream")),
          Value()};
}
}  // namespace

void define_dropout(OpTable& table) {
  OpDef def;
  def.family = "activation";
  def.documentation =
      "Each element of x 0 with probability `rate`, else times 1 / (1 - rate); random by the key, u64[2], "
      "and "
      "the stream.";
  def.min_inputs = def.max_inputs = 2;
  def.attrs = {{"rate", AttrKind::number}, {"stream", AttrKind::integer}};
  def.random = true;
  def.infer = dropout_rule;
  def.decompose = decompose_dropout;
  def.gradient = dropout_gradient;
  table.define(Op::dropout, std::move(def));
}

Value dropout(Value x, Value key, double rate, std::int64_t stream) {
  return write(Op::dropout, {x, key}, {{"rate", rate}, {"stream", stream}});
}

}  // namespace tenon
