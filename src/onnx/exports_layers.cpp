#include <algorithm>

#include "onnx/exporting.h"
#include "op/window.h"

// Contractions, pools, reductions, normalisations and the layers made of them.
namespace tenon::onnx {

namespace {
Written::Attributes window_attributes(const Window& window) {
  Ints pads = window.pads_low;
  pads.insert(pads.end(), window.pads_high.begin(), window.pads_high.end());
  return {{"strides", window.strides}, {"dilations", window.dilations}, {"pads", pads}};
}

Ints spatial_sizes(const Written& n, const Type& type) {
  Ints sizes;
  for (std::size_t axis = 2; axis < type.dims.size(); ++axis) {
    if (!type.dims[axis].is_constant()) n.fail("the sizes of its windows are not known");
    sizes.push_back(type.dims[axis].constant());
  }
  return sizes;
}

Written::Attributes conv_attributes(const Written& n, const Window& window) {
  Written::Attributes attributes = window_attributes(window);
  attributes.emplace_back("group", n.attrs().integer("groups"));
  attributes.emplace_back("kernel_shape", window.kernel);
  return attributes;
}

// ONNX sums products of bytes by ops of their own, and those of floats in the operands' type.
bool sums_bytes(const Written& n) {
  return n.type().dtype == DType::i32 && size_of(n.input_type(0).dtype) == 1;
}

std::string factor(const Written& n, std::size_t input) {
  const DType dtype = n.type().dtype;
  return n.input_type(input).dtype == dtype ? n.input(input) : n.cast(n.input(input), dtype);
}

Names convolution(const Written& n) {
  const Window window = window_of(n.attrs(), spatial_sizes(n, n.input_type(1)));
  if (sums_bytes(n)) return {n.add("ConvInteger", n.inputs(), conv_attributes(n, window))};
  if (!is_float(n.type().dtype)) n.fail("ONNX convolves floats, and bytes into i32");
  return {n.add("Conv", {factor(n, 0), factor(n, 1)}, conv_attributes(n, window))};
}

// ONNX makes the smallest image; a larger one is asked for by how much it is larger.
Names transposed_convolution(const Written& n) {
  if (n.inputs().size() > 2) n.fail("its size is that of another value");
  const Window window = window_of(n.attrs(), spatial_sizes(n, n.input_type(1)));
  Written::Attributes attributes = conv_attributes(n, window);
  if (const AttrValue* shape = n.attrs().find("shape")) {
    const Ints from = spatial_sizes(n, n.input_type(0));
    const Ints& to = std::get<Ints>(*shape);
    Ints larger;
    for (std::size_t axis = 0; axis < from.size(); ++axis)
      larger.push_back(to[axis + 2] - ((from[axis] - 1) * window.strides[axis] + window.reach(axis) -
                                       window.pads_low[axis] - window.pads_high[axis]));
    attributes.emplace_back("output_padding", larger);
  }
  return {n.add("ConvTranspose", n.inputs(), attributes)};
}

Written::Attributes pool_attributes(const Written& n) {
  const Ints& kernel = n.attrs().ints("kernel");
  Window window = window_of(n.attrs(), kernel);
  if (n.attrs().ints("strides").empty()) window.strides = kernel;
  Written::Attributes attributes = window_attributes(window);
  attributes.emplace_back("kernel_shape", kernel);
  attributes.emplace_back("ceil_mode", std::int64_t{n.attrs().flag("ceil")});
  return attributes;
}

Names maximum_pool(const Written& n) { return {n.add("MaxPool", n.inputs(), pool_attributes(n))}; }

Names average_pool(const Written& n) {
  Written::Attributes attributes = pool_attributes(n);
  attributes.emplace_back("count_include_pad", std::int64_t{n.attrs().flag("count_pad")});
  return {n.add("AveragePool", n.inputs(), attributes)};
}

std::string matrices_transposed(const Written& n, std::size_t input, const std::string& matrices) {
  const Type& type = n.input_type(input);
  if (!type.ranked) n.fail("the rank of its input is not known");
  Ints perm;
  for (std::int64_t axis = 0; axis < type.rank(); ++axis) perm.push_back(axis);
  std::swap(perm.at(perm.size() - 1), perm.at(perm.size() - 2));
  return n.add("Transpose", {matrices}, {{"perm", perm}});
}

Names product(const Written& n) {
  const bool bytes = sums_bytes(n);
  const auto operand = [&](std::size_t input, std::string_view transposed) {
    const std::string matrices = bytes ? n.input(input) : factor(n, input);
    return n.attrs().flag(transposed) ? matrices_transposed(n, input, matrices) : matrices;
  };
  return {n.add(bytes ? "MatMulInteger" : "MatMul", {operand(0, "transpose_a"), operand(1, "transpose_b")})};
}

Names layer(const Written& n) {
  const bool is_matrix = n.input_type(0).ranked && n.input_type(0).rank() == 2;
  if (is_matrix && n.has(2)) return {n.add("Gemm", n.inputs())};
  const std::string y = n.add("MatMul", {n.input(0), n.input(1)});
  return {n.has(2) ? n.add("Add", {y, n.input(2)}) : y};
}

Names looked_up(const Written& n) { return {n.add("Gather", {n.input(1), n.input(0)})}; }

ExportRule reduction(std::string op) {
  return [op = std::move(op)](const Written& n) {
    const AttrValue* const axes = n.attrs().find("axes");
    Names inputs{n.input(0)};
    if (!axes || !std::get<Ints>(*axes).empty()) inputs.push_back(n.operand("axes", 1));
    return Names{n.add(op, inputs, {{"keepdims", std::int64_t{n.attrs().flag("keep")}}})};
  };
}

ExportRule extreme(std::string op) {
  return [op = std::move(op)](const Written& n) {
    return Names{
        n.add(op, n.inputs(),
              {{"axis", n.attrs().integer("axis")}, {"keepdims", std::int64_t{n.attrs().flag("keep")}}})};
  };
}

ExportRule along_axis(std::string op) {
  return [op = std::move(op)](const Written& n) {
    return Names{n.add(op, n.inputs(), {{"axis", n.attrs().integer("axis")}})};
  };
}

Names batch(const Written& n) {
  return {n.add("BatchNormalization", n.inputs(), {{"epsilon", n.attrs().number("epsilon")}})};
}

// A scale must be given there.
Names layer_normalisation(const Written& n) {
  if (!n.has(1)) return n.decomposed();
  return {n.add("LayerNormalization", n.inputs(),
                {{"axis", n.attrs().integer("axis")}, {"epsilon", n.attrs().number("epsilon")}})};
}
}  // namespace

void add_layer_exports(ExportRules& rules) {
  rules[Op::arg_max] = extreme("ArgMax");
  rules[Op::arg_min] = extreme("ArgMin");
  rules[Op::avg_pool] = average_pool;
  rules[Op::batch_norm] = batch;
  rules[Op::conv] = convolution;
  rules[Op::conv_transpose] = transposed_convolution;
  rules[Op::embedding] = looked_up;
  rules[Op::layer_norm] = layer_normalisation;
  rules[Op::linear] = layer;
  rules[Op::log_softmax] = along_axis("LogSoftmax");
  rules[Op::matmul] = product;
  rules[Op::max_pool] = maximum_pool;
  rules[Op::reduce_max] = reduction("ReduceMax");
  rules[Op::reduce_mean] = reduction("ReduceMean");
  rules[Op::reduce_min] = reduction("ReduceMin");
  rules[Op::reduce_prod] = reduction("ReduceProd");
  rules[Op::reduce_sum] = reduction("ReduceSum");
  rules[Op::softmax] = along_axis("Softmax");
}

}  // namespace tenon::onnx
