#include "tenon/ops/layers.h"

#include "op/composite.h"
#include "op/contraction.h"

namespace tenon {

namespace {
std::vector<Type> linear_rule(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  const Type& x = context.inputs[0];
  const Type& w = context.inputs[1];
  context.require(!x.ranked || x.rank() >= 2, "x needs at least two axes: rows, features");
  context.require(!w.ranked || w.rank() == 2, "the weight must have two axes: [in, out]");
  if (!x.ranked || !w.ranked) return {Type::unranked(x.dtype)};
  context.require(agree(x.dims.back(), w.dims[0]), "the last axis of x, ", x.dims.back(),
                  ", must be as long as the weight's first, ", w.dims[0]);
  if (context.inputs.size() == 3) {
    const Type& bias = context.inputs[2];
    context.require(!bias.ranked || agree(bias.dims, {w.dims[1]}), "the bias must have the shape [",
                    w.dims[1], "]");
  }
  Type result = x;
  result.dims.back() = w.dims[1];
  return {result};
}

std::vector<Tensor> linear_kernel(const KernelContext& context) {
  const Tensor x = widen(context.inputs[0]);
  const Tensor w = widen(context.inputs[1]);
  const std::int64_t in = w.dim(0);
  const std::int64_t out = w.dim(1);
  const Tensor y = Tensor::zeros(DType::f64, context.results[0].shape());
  const std::int64_t rows = out == 0 ? 0 : y.size() / out;
  double* const sums = y.as<double>().data();
  if (context.inputs.size() == 3) {
    const Tensor bias = widen(context.inputs[2]);
    for (std::int64_t i = 0; i < rows; ++i) std::copy_n(bias.as<double>().data(), out, sums + i * out);
  }
  multiply_add(x.as<double>().data(), w.as<double>().data(), sums, rows, out, in);
  return {narrow(y, context.results[0].dtype)};
}

std::vector<Value> decompose_linear(const DecomposeContext& context) {
  const std::vector<Value>& inputs = context.inputs;
  const Value y = matmul(inputs[0], inputs[1]);
  return {inputs.size() == 3 ? y + inputs[2] : y};
}

std::vector<Type> embedding_rule(const TypeContext& context) {
  const Type& ids = context.inputs[0];
  const Type& table = context.inputs[1];
  context.require(is_int(ids.dtype), "the ids must be of an integer type");
  context.require(!table.ranked || table.rank() == 2, "the table must have two axes: [entries, width]");
  if (!ids.ranked) return {Type::unranked(table.dtype)};
  Type result{table.dtype, ids.dims};
  result.dims.push_back(table.ranked ? table.dims[1] : Dim::unknown());
  return {result};
}

OpDef layer_row(const char* documentation, int max_inputs) {
  OpDef def;
  def.family = "layer";
  def.documentation = documentation;
  def.min_inputs = 2;
  def.max_inputs = max_inputs;
  return def;
}
}  // namespace

void define_layers(OpTable& table) {
  OpDef linear =
      layer_row("x w, plus the bias where one is given, along the last axis of x; w is [in, out].", 3);
  linear.infer = linear_rule;
  linear.kernel = linear_kernel;
  linear.decompose = decompose_linear;
  table.define(Op::linear, std::move(linear));

  OpDef embedding = layer_row("The rows of a table that integer ids name, along a new last axis.", 2);
  embedding.infer = embedding_rule;
  embedding.decompose = [](const DecomposeContext& context) -> std::vector<Value> {
    return {gather(context.inputs[1], context.inputs[0], 0)};
  };
  table.define(Op::embedding, std::move(embedding));
  define_attention(table);
}

Value linear(Value x, Value w, Value bias) {
  return bias.defined() ? write(Op::linear, {x, w, bias}) : write(Op::linear, {x, w});
}

Value embedding(Value ids, Value table) { return write(Op::embedding, {ids, table}); }

}  // namespace tenon
