#include "tenon/ops/movement.h"

#include <algorithm>

#include "op/parts.h"
#include "op/shape_rules.h"
#include "op/strided.h"
#include "tenon/ops/shapes.h"

namespace tenon {

Value reshape(Value x, Ints shape) {
  return x.graph().emit1(Op::reshape, {x}, {{"shape", std::move(shape)}});
}
Value reshape(Value x, Value shape, bool zero_copies) {
  return x.graph().emit1(Op::reshape, {x, shape}, {{"zero_copies", zero_copies}});
}
Value transpose(Value x, Ints perm) {
  return x.graph().emit1(Op::transpose, {x}, {{"perm", std::move(perm)}});
}
Value broadcast_to(Value x, Ints shape) {
  return x.graph().emit1(Op::broadcast_to, {x}, {{"shape", std::move(shape)}});
}
Value broadcast_to(Value x, Value shape) { return x.graph().emit1(Op::broadcast_to, {x, shape}); }

namespace {
// Reshape.

constexpr std::int64_t kInfer = -1;
constexpr std::int64_t kKeep = -1;

// The dimensions of a relative shape, all but the inferred one (unknown so far), and the places of x that
// were copied, which say nothing about the inferred one.
struct Relative {
  std::vector<Dim> dims;
  std::optional<std::size_t> inferred;
  std::vector<bool> copied;
};

Relative read_relative(const TypeContext& context, const Type& x, const Ints& shape, bool zero_copies) {
  Relative result{{}, {}, std::vector<bool>(x.dims.size())};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool copies = shape[i] == 0 && zero_copies;
    context.require(shape[i] >= kInfer, "dimension ", shape[i], " in shape ", shape, " is negative");
    context.require(!copies || !x.ranked || i < x.dims.size(), "shape ", shape, " copies dimension ", i,
                    " of a tensor of rank ", x.rank());
    if (shape[i] == kInfer) {
      context.require(!result.inferred, "shape ", shape, " leaves more than one dimension open");
      result.inferred = i;
    }
    if (copies && x.ranked) result.copied[i] = true;
    result.dims.push_back(copies && x.ranked             ? x.dims[i]
                          : copies || shape[i] == kInfer ? Dim::unknown()
                                                         : Dim(shape[i]));
  }
  return result;
}

// What is left over once the copied dimensions cancel; unknown where symbols do not.
Dim inferred_dim(const TypeContext& context, const DimProduct& from, const DimProduct& to) {
  if (from.unknown || to.unknown || to.constant == 0) return Dim::unknown();
  if (from.symbols.empty()) {
    context.require(from.constant % to.constant == 0, from.constant, " elements do not divide into ",
                    to.constant);
    return from.constant / to.constant;
  }
  return from.symbols.size() == 1 && from.constant == to.constant ? from.symbols[0] : Dim::unknown();
}

// Whether a copied dimension is 0: then so are both element counts, whatever the others.
bool may_copy_nothing(const Type& x, const Relative& relative) {
  for (std::size_t i = 0; i < x.dims.size(); ++i)
    if (relative.copied[i] && (x.dims[i].is(0) || x.dims[i].is_unknown())) return true;
  return false;
}

Type reshaped(const TypeContext& context, const Type& x, const Ints& shape, bool zero_copies) {
  Relative relative = read_relative(context, x, shape, zero_copies);
  if (!x.ranked) return {x.dtype, std::move(relative.dims)};
  DimProduct from;
  DimProduct to;
  for (std::size_t i = 0; i < x.dims.size(); ++i)
    if (!relative.copied[i]) from.multiply(context, x.dims[i]);
  for (std::size_t i = 0; i < relative.dims.size(); ++i)
    if (relative.inferred != i && !(i < relative.copied.size() && relative.copied[i]))
      to.multiply(context, relative.dims[i]);
  if (relative.inferred) {
    const bool settled = from.symbols.empty() && !from.unknown;
    context.require(!settled || to.constant != 0, "the open dimension of shape ", shape,
                    " could be anything: there are no elements");
    relative.dims[*relative.inferred] = inferred_dim(context, from, to);
  } else if (from.symbols.empty() && !from.unknown && !may_copy_nothing(x, relative)) {
    context.require(from.constant == to.constant, "a tensor of shape ", x.dims, " cannot take shape ", shape,
                    ": the element counts differ");
  }
  return {x.dtype, std::move(relative.dims)};
}

std::vector<Type> reshape_type(const TypeContext& context) {
  return {
      reshaped(context, context.inputs[0], context.attrs.ints("shape"), context.attrs.flag("zero_copies"))};
}

std::vector<Tensor> reshape_kernel(const KernelContext& context) {
  return {context.inputs[0].reshape(context.results[0].shape())};
}

// Transpose.

Ints permutation_of(const Attrs& attrs, std::int64_t rank) {
  Ints perm = attrs.ints("perm");
  if (perm.empty())
    for (std::int64_t axis = rank; axis-- > 0;) perm.push_back(axis);
  for (std::int64_t& axis : perm)
    if (axis < 0) axis += rank;
  return perm;
}

std::vector<Type> transpose_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  if (!x.ranked) return {x};
  const Ints perm = permutation_of(context.attrs, x.rank());
  context.require(perm.size() == x.dims.size() && checked_axes(context, perm, x.rank()).size() == perm.size(),
                  "permutation ", perm, " must name each of the ", x.rank(), " axes once");
  Type result{x.dtype, {}};
  for (const std::int64_t axis : perm) result.dims.push_back(x.dims[static_cast<std::size_t>(axis)]);
  return {result};
}

std::vector<Tensor> transpose_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Shape dense = row_major_strides(x.shape());
  Shape strides;
  for (const std::int64_t axis : permutation_of(context.node.attrs, x.rank()))
    strides.push_back(dense[static_cast<std::size_t>(axis)]);
  return {read_strided(x, context.results[0].shape(), strides)};
}

std::vector<Value> transpose_gradient(const GradContext& g) {
  const Ints given = g.node.attrs.ints("perm");
  if (given.empty()) return {transpose(g.grads[0])};
  const auto rank = static_cast<std::int64_t>(given.size());
  Ints inverse(given.size());
  for (std::int64_t i = 0; i < rank; ++i) {
    const std::int64_t axis = given[static_cast<std::size_t>(i)];
    inverse[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = i;
  }
  return {transpose(g.grads[0], inverse)};
}

// Broadcast.

Type broadcast_result(const TypeContext& context, const Type& x, const Ints& shape) {
  Type result{x.dtype, {}};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    context.require(shape[i] >= kKeep, "dimension ", shape[i], " in shape ", shape, " is negative");
    const std::int64_t axis = x.rank() - static_cast<std::int64_t>(shape.size() - i);
    context.require(shape[i] != kKeep || !x.ranked || axis >= 0, "shape ", shape,
                    " keeps a dimension that is not there");
    if (shape[i] != kKeep)
      result.dims.emplace_back(shape[i]);
    else
      result.dims.push_back(x.ranked ? x.dims[static_cast<std::size_t>(axis)] : Dim::unknown());
  }
  require_broadcastable(context, x, result);
  return result;
}

std::vector<Type> broadcast_to_type(const TypeContext& context) {
  return {broadcast_result(context, context.inputs[0], context.attrs.ints("shape"))};
}

std::vector<Tensor> broadcast_to_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Shape shape = context.results[0].shape();
  return {read_strided(x, shape, broadcast_strides(x.shape(), shape))};
}

std::vector<Type> of_open_shape(const TypeContext& context) {
  return {open_shape(context, context.inputs[0].dtype)};
}

}  // namespace

OpDef movement_row(std::string documentation, int max_inputs) {
  OpDef def;
  def.family = "movement";
  def.documentation = std::move(documentation);
  def.max_inputs = max_inputs;
  return def;
}

void define_movement(OpTable& table) {
  OpDef def = movement_row(
      "The elements of x in row-major order under another shape; in `shape` 0 copies x's dimension of that "
      "place (unless zero_copies is false) and one -1 is inferred.");
  def.operands = {"shape"};
  def.infer_open = of_open_shape;
  def.attrs = {{"shape", AttrKind::ints}, {"zero_copies", AttrKind::flag, true}};
  def.infer = reshape_type;
  def.kernel = reshape_kernel;
  def.gradient = [](const GradContext& g) {
    std::vector<Value> grads(g.inputs.size());
    grads[0] = reshape_like(g.grads[0], g.inputs[0]);
    return grads;
  };
  table.define(Op::reshape, def);

  def = movement_row("Axis i of the result is axis perm[i] of x; an empty perm reverses the axes.");
  def.attrs = {{"perm", AttrKind::ints, Ints{}}};
  def.infer = transpose_type;
  def.kernel = transpose_kernel;
  def.gradient = transpose_gradient;
  table.define(Op::transpose, def);

  def = movement_row("x stretched to a shape, aligned at the right; -1 in `shape` keeps x's dimension.");
  def.operands = {"shape"};
  def.infer_open = of_open_shape;
  def.attrs = {{"shape", AttrKind::ints}};
  def.infer = broadcast_to_type;
  def.kernel = broadcast_to_kernel;
  def.gradient = [](const GradContext& g) {
    std::vector<Value> grads(g.inputs.size());
    grads[0] = sum_to_like(g.grads[0], g.inputs[0]);
    return grads;
  };
  table.define(Op::broadcast_to, def);

  define_slice(table);
  define_pad(table);
  define_concat(table);
}

}  // namespace tenon
