// Convolutions with one to three spatial axes, strides, dilations, uneven padding and groups.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
// Fast algorithms (Winograd) add and subtract more than there is to add.
constexpr double kSum = 16;

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

Shape result_of(const Layer& layer) {
  Graph graph;
  return conv(graph.input("x", {DType::f32, {layer.x.begin(), layer.x.end()}}),
              graph.input("w", {DType::f32, {layer.w.begin(), layer.w.end()}}), layer.options)
      .type()
      .shape();
}

void add(CaseTable& table, const Layer& layer, bool is_large) {
  const ConvOptions options = layer.options;
  const Shape y = result_of(layer);
  const Ints image(layer.x.begin() + 2, layer.x.end());
  const Ints kernel(layer.w.begin() + 2, layer.w.end());
  const auto add_one = [&](Op op, const Shape& a, const Shape& b,
                           std::function<Value(const Values&)> function) {
    table[op].push_back({cat(definition(op).name, " ", layer.label),
                         {of(a), of(b)},
                         answer(std::move(function)),
                         sum(kSum),
                         layer.types,
                         is_large});
  };
  add_one(Op::conv, layer.x, layer.w, [=](const Values& v) { return conv(v[0], v[1], options); });
  add_one(Op::conv_transpose, y, layer.w,
          [=](const Values& v) { return conv_transpose(v[0], v[1], options, image); });
  add_one(Op::conv_filter, layer.x, y,
          [=](const Values& v) { return conv_filter(v[0], v[1], kernel, options); });
}
}  // namespace

void add_convolutions(CaseTable& table) {
  for (const Layer& layer : kLayers) add(table, layer, false);
  for (const Layer& layer : kLargeLayers) add(table, layer, true);
  table[Op::conv].push_back(seen_transposed(table[Op::conv][1]));
}

}  // namespace tenon::conformance
