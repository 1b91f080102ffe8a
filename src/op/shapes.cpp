#include "tenon/ops/shapes.h"

#include <algorithm>

#include "op/shape_rules.h"
#include "op/strided.h"
#include "tenon/ops/movement.h"

namespace tenon {

Value shape_of(Value x) { return x.graph().emit1(Op::shape_of, {x}); }
Value sum_to_like(Value x, Value like) { return x.graph().emit1(Op::sum_to_like, {x, like}); }
Value expand_like(Value x, Value like) { return x.graph().emit1(Op::expand_like, {x, like}); }

Value zeros_like(Value like) {
  return expand_like(like.graph().constant(Tensor::zeros(like.dtype(), {})), like);
}

// Where all dimensions but one are constants the shape can stand in the attribute, and symbols survive.
Value reshape_like(Value x, Value like) {
  const Type& type = like.type();
  Ints shape;
  for (const Dim dim : type.dims) shape.push_back(dim.is_constant() ? dim.constant() : -1);
  const bool says_all = type.ranked && std::count(shape.begin(), shape.end(), -1) <= 1 &&
                        std::count(shape.begin(), shape.end(), 0) == 0;
  return says_all ? reshape(x, std::move(shape)) : reshape(x, shape_of(like));
}

namespace {
std::vector<Type> shape_of_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  return {{DType::i64, {x.ranked ? Dim(x.rank()) : Dim::unknown()}}};
}

std::vector<Tensor> shape_of_kernel(const KernelContext& context) {
  const Shape& shape = context.inputs[0].shape();
  return {Tensor::of<std::int64_t>({context.inputs[0].rank()}, shape)};
}

Type like_type(const TypeContext& context) {
  Type type = context.inputs[1];
  type.dtype = context.inputs[0].dtype;
  return type;
}

std::vector<Type> sum_to_like_type(const TypeContext& context) {
  context.require(context.inputs[0].dtype != DType::boolean, "booleans have no sum");
  require_broadcastable(context, context.inputs[1], context.inputs[0]);
  return {like_type(context)};
}

template <class T>
void sum_into(const Tensor& x, const Tensor& result) {
  std::vector<Sum<T>> sums(static_cast<std::size_t>(result.size()));
  const T* from = x.as<T>().data();
  for_each_offset<1>(x.shape(), {broadcast_strides(result.shape(), x.shape())}, [&](const auto& offsets) {
    sums[static_cast<std::size_t>(offsets[0])] += convert<Sum<T>>(*from++);
  });
  std::transform(sums.begin(), sums.end(), result.as<T>().begin(), convert<T, Sum<T>>);
}

std::vector<Tensor> sum_to_like_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  Tensor result = Tensor::empty(x.dtype(), context.results[0].shape());
  with_type(x.dtype(), [&]<class T>() { sum_into<T>(x, result); });
  return {result};
}

std::vector<Type> expand_like_type(const TypeContext& context) {
  require_broadcastable(context, context.inputs[0], context.inputs[1]);
  return {like_type(context)};
}

std::vector<Tensor> expand_like_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Shape shape = context.results[0].shape();
  return {read_strided(x, shape, broadcast_strides(x.shape(), shape))};
}

OpDef shape_row(std::string documentation, int inputs) {
  OpDef def;
  def.family = "shape";
  def.documentation = std::move(documentation);
  def.min_inputs = def.max_inputs = inputs;
  def.source_only = true;
  return def;
}
}  // namespace

void define_shapes(OpTable& table) {
  OpDef def = shape_row("The dimensions of x, as a vector of i64.", 1);
  def.infer = shape_of_type;
  def.kernel = shape_of_kernel;
  def.no_gradient = "its result is a shape: it does not depend on the elements";
  table.define(Op::shape_of, def);

  def = shape_row("Sums x over the axes along which `like` would be broadcast to x's shape.", 2);
  def.infer = sum_to_like_type;
  def.kernel = sum_to_like_kernel;
  def.gradient = [](const GradContext& g) {
    return std::vector<Value>{expand_like(g.grads[0], g.inputs[0]), {}};
  };
  table.define(Op::sum_to_like, def);

  def = shape_row("Broadcasts x to the shape of `like`.", 2);
  def.infer = expand_like_type;
  def.kernel = expand_like_kernel;
  def.gradient = [](const GradContext& g) {
    return std::vector<Value>{sum_to_like(g.grads[0], g.inputs[0]), {}};
  };
  table.define(Op::expand_like, def);
}

}  // namespace tenon
