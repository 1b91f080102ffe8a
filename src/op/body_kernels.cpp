#include <algorithm>
#include <cstring>

#include "op/bodies.h"

namespace tenon {

namespace {
Tensor slice_at(const Tensor& tensor, std::int64_t turn) {
  return tensor.rows(turn, turn + 1).reshape({tensor.shape().begin() + 1, tensor.shape().end()});
}

void put_slice(Tensor& stacked, const Tensor& slice, std::int64_t turn, std::int64_t turns) {
  if (!stacked.defined()) {
    Shape shape = slice.shape();
    shape.insert(shape.begin(), turns);
    stacked = Tensor::empty(slice.dtype(), shape);
  }
  const Tensor to = slice_at(stacked, turn);
  require(to.shape() == slice.shape(), "a body whose outputs are stacked returned ", Type::of(slice),
          " after ", Type::of(to));
  if (slice.bytes()) std::memcpy(to.raw(), slice.raw(), slice.bytes());
}

// No turns leave nothing of whatever shape: dimensions that no type says are 0.
Tensor empty_stack(const Type& type) {
  Shape shape = {0};
  for (std::size_t axis = 1; axis < type.dims.size(); ++axis)
    shape.push_back(type.dims[axis].is_constant() ? type.dims[axis].constant() : 0);
  return Tensor::empty(type.dtype, shape);
}

Tensor stacked(const std::vector<Tensor>& slices, const Type& type) {
  if (slices.empty()) return empty_stack(type);
  Tensor result;
  const auto turns = static_cast<std::int64_t>(slices.size());
  for (std::int64_t turn = 0; turn < turns; ++turn)
    put_slice(result, slices[static_cast<std::size_t>(turn)], turn, turns);
  return result;
}
}  // namespace

std::vector<Tensor> if_else_kernel(const KernelContext& context) {
  const bool condition = context.inputs[0].as<bool>()[0];
  return context.run(*context.node.bodies[condition ? 0 : 1], context.inputs.subspan(1));
}

std::vector<Tensor> loop_kernel(const KernelContext& context) {
  const auto carried = static_cast<std::size_t>(context.node.attrs.integer("carried"));
  const std::int64_t trips = context.inputs[0].as<std::int64_t>()[0];
  bool go_on = context.inputs[1].as<bool>()[0];
  std::vector<Tensor> arguments(context.inputs.begin() + 1, context.inputs.end());
  std::vector<std::vector<Tensor>> outputs(context.results.size() - carried);  // of each turn
  for (std::int64_t turn = 0; turn < trips && go_on; ++turn) {
    arguments[0] = Tensor::scalar(turn);
    const std::vector<Tensor> results = context.run(*context.node.bodies[0], arguments);
    go_on = results[0].as<bool>()[0];
    std::copy_n(results.begin() + 1, carried, arguments.begin() + 1);
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].push_back(results[1 + carried + i]);
  }
  const auto first = arguments.begin() + 1;
  std::vector<Tensor> results(first, first + static_cast<std::ptrdiff_t>(carried));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    results.push_back(stacked(outputs[i], context.results[carried + i]));
  return results;
}

std::vector<Tensor> scan_kernel(const KernelContext& context) {
  const Attrs& attrs = context.node.attrs;
  const auto carried = static_cast<std::size_t>(attrs.integer("carried"));
  const auto scanned = static_cast<std::size_t>(attrs.integer("scanned"));
  const std::int64_t turns = context.inputs[carried].dim(0);
  std::vector<Tensor> arguments(context.inputs.begin(), context.inputs.end());
  std::vector<Tensor> stacked(context.results.size() - carried);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    const std::int64_t at = attrs.flag("reverse") ? turns - 1 - turn : turn;
    for (std::size_t i = carried; i < carried + scanned; ++i) arguments[i] = slice_at(context.inputs[i], at);
    const std::vector<Tensor> results = context.run(*context.node.bodies[0], arguments);
    std::copy_n(results.begin(), carried, arguments.begin());
    for (std::size_t i = 0; i < stacked.size(); ++i) put_slice(stacked[i], results[carried + i], at, turns);
  }
  std::vector<Tensor> results(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(carried));
  for (std::size_t i = 0; i < stacked.size(); ++i) {
    const Type& type = context.results[carried + i];
    results.push_back(stacked[i].defined() ? stacked[i] : Tensor::empty(type.dtype, type.shape()));
  }
  return results;
}

}  // namespace tenon
