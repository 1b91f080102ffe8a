// Convolutions with one to three spatial axes, strides, dilations, uneven padding and groups.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
constexpr double kSum = 4;
// The gradient of a large layer's filter sums over thousands of places, one after another.
constexpr double kLongSum = 16;
// Winograd's algorithm adds and subtracts more than there is to add.
constexpr double kWinograd = 16;

struct Layer {
  const char* label;
  Shape x, w;
  ConvOptions options;
  Types types = Types::one;
};

const std::vector<Layer> kLayers = {
    {"1x1", {2, 3, 4, 5}, {6, 3, 1, 1}, {}, Types::all},
    {"3x3", {2, 3, 7, 6}, {4, 3, 3, 3}, {.pads_low = {1, 1}, .pads_high = {1, 1}}, Types::all},
    {"a line", {2, 3, 11}, {4, 3, 3}, {.strides = {2}, .pads_low = {1}, .pads_high = {0}}},
    {"a volume", {1, 2, 3, 4, 3}, {3, 2, 2, 2, 2}, {}},
    {"strided and dilated", {1, 2, 9, 11}, {3, 2, 3, 2}, {{2, 3}, {2, 1}, {1, 0}, {2, 1}}},
    {"in groups", {2, 4, 5, 5}, {6, 2, 3, 3}, {.groups = 2}},
    {"of each channel", {1, 4, 5, 6}, {4, 1, 3, 3}, {.pads_low = {1, 1}, .pads_high = {1, 1}, .groups = 4}},
    {"of one place", {1, 1, 3, 3}, {1, 1, 3, 3}, {}},
    {"of no images", {0, 2, 4, 4}, {3, 2, 3, 3}, {}},
};
const std::vector<Layer> kLargeLayers = {
    {"large 3x3", {4, 16, 30, 29}, {32, 16, 3, 3}, {.pads_low = {1, 1}, .pads_high = {1, 1}}},
    {"large 5x5", {3, 16, 33, 31}, {8, 16, 5, 5}, {.strides = {2, 2}}},
};

// Channels and tiles enough that Winograd's algorithm pays, where a backend has it.
const Layer kWinogradLayer = {
    "Winograd-sized", {3, 64, 16, 16}, {64, 64, 3, 3}, {.pads_low = {1, 1}, .pads_high = {1, 1}}};

Shape result_of(const Layer& layer) {
  Graph graph;
  return conv(graph.input("x", {DType::f32, {layer.x.begin(), layer.x.end()}}),
              graph.input("w", {DType::f32, {layer.w.begin(), layer.w.end()}}), layer.options)
      .type()
      .shape();
}

void add(CaseTable& table, const Layer& layer, bool is_large, double bound = kSum,
         double filter_bound = kSum) {
  const ConvOptions options = layer.options;
  const Shape y = result_of(layer);
  const Ints image(layer.x.begin() + 2, layer.x.end());
  const Ints kernel(layer.w.begin() + 2, layer.w.end());
  const auto add_one = [&](Op op, const Shape& a, const Shape& b,
                           std::function<Value(const Values&)> function, double factor) {
    table[op].push_back({cat(definition(op).name, " ", layer.label),
                         {of(a), of(b)},
                         answer(std::move(function)),
                         sum(factor),
                         layer.types,
                         is_large});
  };
  add_one(Op::conv, layer.x, layer.w, [=](const Values& v) { return conv(v[0], v[1], options); }, bound);
  add_one(
      Op::conv_transpose, y, layer.w,
      [=](const Values& v) { return conv_transpose(v[0], v[1], options, image); }, bound);
  add_one(
      Op::conv_filter, layer.x, y, [=](const Values& v) { return conv_filter(v[0], v[1], kernel, options); },
      filter_bound);
}

struct Wider {
  DType x, w, result;
};
constexpr Wider kWider[] = {{DType::bf16, DType::bf16, DType::f32}, {DType::f16, DType::f16, DType::f32},
                            {DType::u8, DType::i8, DType::i32},     {DType::i8, DType::i8, DType::i32},
                            {DType::u8, DType::u8, DType::i32},     {DType::i8, DType::u8, DType::i32}};

// Summed into a wider type than that of the operands.
void add_wider(CaseTable& table, const Layer& layer, bool is_large) {
  for (const auto& [x, w, result] : kWider) {
    ConvOptions options = layer.options;
    options.result = result;
    table[Op::conv].push_back({cat("conv ", layer.label, " of ", x, " and ", w, " into ", result),
                               {numbers_of(x, layer.x), numbers_of(w, layer.w)},
                               answer([=](const Values& v) { return conv(v[0], v[1], options); }),
                               near(2048),
                               Types::one,
                               is_large});
  }
}
}  // namespace

void add_convolutions(CaseTable& table) {
  for (const Layer& layer : kLayers) add(table, layer, false);
  for (const Layer& layer : kLargeLayers) add(table, layer, true, kSum, kLongSum);
  add(table, kWinogradLayer, true, kWinograd, kWinograd);
  // Of so many products each tile's rounding is a small part.
  table[Op::conv_filter].push_back({"conv_filter of many images",
                                    {of({64, 32, 13, 13}), of({64, 64, 13, 13})},
                                    answer([](const Values& v) {
                                      return conv_filter(v[0], v[1], {3, 3},
                                                         {.pads_low = {1, 1}, .pads_high = {1, 1}});
                                    }),
                                    sum(2),
                                    Types::one,
                                    true});
  table[Op::conv].push_back(seen_transposed(table[Op::conv][1]));
  for (const Layer& layer : kLayers) add_wider(table, layer, false);
  for (const Layer& layer : kLargeLayers) add_wider(table, layer, true);
}

}  // namespace tenon::conformance
