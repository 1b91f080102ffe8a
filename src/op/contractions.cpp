#include "tenon/ops/contractions.h"

#include "op/contraction.h"
#include "op/convolution.h"
#include "op/shape_rules.h"
#include "op/wider.h"
#include "tenon/ops/movement.h"
#include "tenon/ops/shapes.h"

namespace tenon {

Value matmul(Value a, Value b, MatmulOptions options) {
  const Attrs flags{{"transpose_a", options.transpose_a}, {"transpose_b", options.transpose_b}};
  return a.graph().emit1(Op::matmul, {a, b}, with_result(flags, options.result));
}

namespace {
MatmulOptions options_of(const Attrs& attrs) {
  return {attrs.flag("transpose_a"), attrs.flag("transpose_b"), result_of(attrs)};
}

struct MatrixDims {
  Dim rows;
  Dim columns;
};

MatrixDims matrix_dims(const Type& type, bool transposed) {
  const Dim last = type.dims.back();
  const Dim before = type.dims[type.dims.size() - 2];
  return transposed ? MatrixDims{last, before} : MatrixDims{before, last};
}

std::vector<Dim> batch_dims(const Type& type) { return {type.dims.begin(), type.dims.end() - 2}; }

std::vector<Type> matmul_type(const TypeContext& context) {
  const Type& a = context.inputs[0];
  const Type& b = context.inputs[1];
  const std::optional<DType> wider = wider_result(context);
  if (!wider) require_same_dtype(context);
  context.require(a.dtype != DType::boolean, "booleans are not multiplied; cast them");
  const DType dtype = wider.value_or(a.dtype);
  for (const Type& type : context.inputs)
    context.require(!type.ranked || type.rank() >= 2, "both inputs must have rank 2 or more");
  if (!a.ranked || !b.ranked) return {Type::unranked(dtype)};
  const MatmulOptions options = options_of(context.attrs);
  const MatrixDims left = matrix_dims(a, options.transpose_a);
  const MatrixDims right = matrix_dims(b, options.transpose_b);
  context.require(!left.columns.is_constant() || !right.rows.is_constant() || left.columns == right.rows,
                  "the inner dimensions differ: ", left.columns, " and ", right.rows);
  Type result{dtype, broadcast_dims(context, batch_dims(a), batch_dims(b))};
  result.dims.push_back(left.rows);
  result.dims.push_back(right.columns);
  return {result};
}

// One matrix of a batch, wide and untransposed; it begins at an offset of the tensor.
template <class Wide>
std::vector<Wide> wide_matrix(const Tensor& tensor, std::int64_t offset, std::int64_t rows,
                              std::int64_t columns, bool transposed) {
  std::vector<Wide> wide(static_cast<std::size_t>(rows * columns));
  const std::int64_t row_stride = transposed ? 1 : columns;
  const std::int64_t column_stride = transposed ? rows : 1;
  with_type(tensor.dtype(), [&]<class T>() {
    const T* const from = tensor.as<T>().data() + offset;
    auto to = wide.begin();
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        *to++ = convert<Wide>(from[i * row_stride + j * column_stride]);
  });
  return wide;
}

// The offsets of a batch's matrices, as the batch axes broadcast.
Shape batch_strides(const Tensor& x, const Shape& batch) {
  const Shape own(x.shape().begin(), x.shape().end() - 2);
  Shape strides = broadcast_strides(own, batch);
  for (std::int64_t& stride : strides) stride *= x.dim(-1) * x.dim(-2);
  return strides;
}

template <class T>
void multiply_batches(const Tensor& a, const Tensor& b, MatmulOptions options, const Tensor& result) {
  const std::int64_t rows = result.dim(-2);
  const std::int64_t columns = result.dim(-1);
  const std::int64_t depth = a.dim(options.transpose_a ? -2 : -1);
  const Shape batch(result.shape().begin(), result.shape().end() - 2);
  T* to = result.as<T>().data();
  for_each_offset<2>(batch, {batch_strides(a, batch), batch_strides(b, batch)}, [&](const auto& offsets) {
    const auto left = wide_matrix<Sum<T>>(a, offsets[0], rows, depth, options.transpose_a);
    const auto right = wide_matrix<Sum<T>>(b, offsets[1], depth, columns, options.transpose_b);
    std::vector<Sum<T>> product(static_cast<std::size_t>(rows * columns));
    multiply_add(left.data(), right.data(), product.data(), rows, columns, depth);
    to = std::transform(product.begin(), product.end(), to, convert<T, Sum<T>>);
  });
}

std::vector<Tensor> matmul_kernel(const KernelContext& context) {
  const Tensor& a = context.inputs[0];
  const Tensor& b = context.inputs[1];
  Tensor result = Tensor::empty(context.results[0].dtype, context.results[0].shape());
  with_type(result.dtype(),
            [&]<class T>() { multiply_batches<T>(a, b, options_of(context.node.attrs), result); });
  return {result};
}

// Whether matrices of a batch all meet the one matrix b, and their rows can stand under one another.
bool folds_batch(const Value& a, const Value& b, const Value& grad, MatmulOptions options) {
  const Type& x = a.type();
  const Type& dy = grad.type();
  return !options.transpose_a && x.ranked && x.rank() > 2 && b.type().ranked && b.rank() == 2 && dy.ranked &&
         x.dims.back().is_constant() && dy.dims.back().is_constant() && !x.dims.back().is(0) &&
         !dy.dims.back().is(0);
}

Value stacked_rows(Value x) { return reshape(x, {-1, x.type().dims.back().constant()}); }

bool same_batch(const Value& a, const Value& b) {
  const Type& x = a.type();
  const Type& y = b.type();
  const auto known = [](Dim dim) { return !dim.is_unknown(); };
  return x.ranked && y.ranked && batch_dims(x) == batch_dims(y) &&
         std::all_of(x.dims.begin(), x.dims.end() - 2, known);
}

Value unbroadcast(Value grad, Value input, bool broadcast) {
  return broadcast ? sum_to_like(grad, input) : grad;
}

// y = A·B, where A and B are the inputs as the flags turn them: dA = dy·Bᵀ and dB = Aᵀ·dy.
std::vector<Value> matmul_gradient(const GradContext& g) {
  const MatmulOptions options = options_of(g.node.attrs);
  const bool ta = options.transpose_a;
  const bool tb = options.transpose_b;
  Value a = widened(g, 0);
  const Value b = widened(g, 1);
  Value dy = g.grads[0];
  const bool broadcast = !same_batch(a, b);
  const Value da = ta ? matmul(b, dy, {tb, true}) : matmul(dy, b, {false, !tb});
  const bool folds = folds_batch(a, b, dy, options);
  if (folds) {
    a = stacked_rows(a);
    dy = stacked_rows(dy);
  }
  const Value db = tb ? matmul(dy, a, {true, ta}) : matmul(a, dy, {!ta, false});
  const bool sums = broadcast && !folds;
  return {narrowed(g, 0, unbroadcast(da, g.inputs[0], sums)),
          narrowed(g, 1, unbroadcast(db, g.inputs[1], sums))};
}
}  // namespace

void define_contractions(OpTable& table) {
  OpDef def;
  def.family = "contraction";
  def.documentation =
      "The product of the matrices in the last two axes of a and b, either taken transposed; the axes before "
      "them broadcast. Where `result` is given, bf16 or f16 are summed into f32, u8 and i8 into i32.";
  def.min_inputs = def.max_inputs = 2;
  def.attrs = {{"transpose_a", AttrKind::flag, false}, {"transpose_b", AttrKind::flag, false}, result_attr()};
  def.infer = matmul_type;
  def.kernel = matmul_kernel;
  def.gradient = matmul_gradient;
  table.define(Op::matmul, def);
  define_convolution(table);
}

}  // namespace tenon
