// Attention: each query's mean of the values, weighted by how well it fits their keys.
#include <cmath>

#include "op/composite.h"
#include "op/contraction.h"
#include "op/lines.h"
#include "tenon/ops/layers.h"

namespace tenon {

namespace {
void require_matrices(const TypeContext& context) {
  for (const std::size_t i : {0, 1, 2})
    context.require(!context.inputs[i].ranked || context.inputs[i].rank() >= 2, "input ", i,
                    " needs at least two axes");
}

// Queries, keys and values stand side by side: what they share must be the same.
void require_fitting(const TypeContext& context, const std::vector<Dim>& q, const std::vector<Dim>& k,
                     const std::vector<Dim>& v) {
  const auto batch = [](const std::vector<Dim>& dims) {
    return std::vector<Dim>(dims.begin(), dims.end() - 2);
  };
  context.require(agree(batch(q), batch(k)) && agree(batch(k), batch(v)),
                  "the axes before the last two must be the same of queries, keys and values");
  context.require(agree(q.back(), k.back()), "queries and keys must be of one size");
  context.require(agree(k[k.size() - 2], v[v.size() - 2]), "there must be a value for each key");
}

void require_bias(const TypeContext& context, const std::vector<Dim>& scores) {
  const Type& bias = context.inputs[3];
  if (!bias.ranked) return;
  context.require(bias.dims.size() <= scores.size(), "the bias has more axes than the scores");
  const std::size_t lead = scores.size() - bias.dims.size();
  for (std::size_t i = 0; i < bias.dims.size(); ++i)
    context.require(bias.dims[i].is(1) || agree(bias.dims[i], scores[lead + i]),
                    "the bias must broadcast to the scores, ", scores);
}

std::vector<Type> attention_rule(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  require_matrices(context);
  const Type &q = context.inputs[0], &k = context.inputs[1], &v = context.inputs[2];
  if (!q.ranked || !k.ranked || !v.ranked) return {Type::unranked(q.dtype)};
  require_fitting(context, q.dims, k.dims, v.dims);
  if (context.inputs.size() == 4) {
    std::vector<Dim> scores = q.dims;
    scores.back() = k.dims[k.dims.size() - 2];
    require_bias(context, scores);
  }
  Type result = q;
  result.dims.back() = v.dims.back();
  return {result};
}

// Row by row, the fit of each query to each key.
void add_scores(const double* q, const double* k, double* scores, const Shape& shape, std::int64_t size) {
  const std::int64_t queries = shape[shape.size() - 2], keys = shape.back();
  for (std::int64_t row = 0; row < element_count(shape) / std::max<std::int64_t>(keys, 1); ++row)
    for (std::int64_t key = 0; key < keys; ++key) {
      const double* const other = k + (row / queries * keys + key) * size;
      for (std::int64_t i = 0; i < size; ++i) scores[row * keys + key] += q[row * size + i] * other[i];
    }
}

void normalise_row(double* row, std::int64_t keys) {
  double largest = -INFINITY, sum = 0;
  for (std::int64_t i = 0; i < keys; ++i) largest = kLarger(largest, row[i]);
  for (std::int64_t i = 0; i < keys; ++i) sum += row[i] = std::exp(row[i] - largest);
  for (std::int64_t i = 0; i < keys; ++i) row[i] /= sum;
}

Tensor weights_of(const KernelContext& context, const Tensor& q, const Tensor& k) {
  const std::int64_t keys = k.dim(-2);
  Shape shape = q.shape();
  shape.back() = keys;
  Tensor weights = Tensor::zeros(DType::f64, shape);
  add_scores(q.as<double>().data(), k.as<double>().data(), weights.as<double>().data(), shape,
             q.shape().back());
  const Tensor scale = Tensor::scalar(context.node.attrs.number("scale"));
  weights = map_wide(Binary<double>(kMultiply), std::array{weights, scale}, shape);
  if (context.inputs.size() == 4)
    weights = map_wide(Binary<double>(kAdd), std::array{weights, context.inputs[3]}, shape);
  double* const row = weights.as<double>().data();
  for (std::int64_t first = 0; first < weights.size(); first += keys) normalise_row(row + first, keys);
  return weights;
}

std::vector<Tensor> attention_kernel(const KernelContext& context) {
  const Tensor q = widen(context.inputs[0]), k = widen(context.inputs[1]), v = widen(context.inputs[2]);
  const Tensor weights = weights_of(context, q, k);
  const Tensor result = Tensor::zeros(DType::f64, context.results[0].shape());
  const std::int64_t queries = q.dim(-2), keys = k.dim(-2), width = v.shape().back();
  const std::int64_t batches = result.size() == 0 ? 0 : result.size() / (queries * width);
  for (std::int64_t batch = 0; batch < batches; ++batch)
    multiply_add(weights.as<double>().data() + batch * queries * keys,
                 v.as<double>().data() + batch * keys * width,
                 result.as<double>().data() + batch * queries * width, queries, width, keys);
  return {narrow(result, context.results[0].dtype)};
}

// The queries are scaled, for there are fewer of their elements than scores.
std::vector<Value> decompose_attention(const DecomposeContext& context) {
  const std::vector<Value>& in = context.inputs;
  const double scale = context.node.attrs.number("scale");
  const Value scores = matmul(scale == 1 ? in[0] : in[0] * scale, in[1], {.transpose_b = true});
  return {matmul(softmax(in.size() == 4 ? scores + in[3] : scores), in[2])};
}
}  // namespace

void define_attention(OpTable& table) {
  OpDef def;
  def.family = "layer";
  def.documentation =
      "softmax(q kᵀ `scale` + bias) v in the last two axes: q [queries, size], k [keys, size], v [keys, "
      "width], "
      "and the bias, where it is given, broadcast to [queries, keys].";
  def.min_inputs = 3;
  def.max_inputs = 4;
  def.attrs = {{"scale", AttrKind::number, 1.0}};
  def.infer = attention_rule;
  def.kernel = attention_kernel;
  def.decompose = decompose_attention;
  table.define(Op::attention, std::move(def));
}

Value attention(Value q, Value k, Value v, Value bias, double scale) {
  std::vector<Value> inputs{q, k, v};
  if (bias.defined()) inputs.push_back(bias);
  return write(Op::attention, inputs, {{"scale", scale}});
}

}  // namespace tenon
