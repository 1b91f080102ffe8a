#include "pass/forward_convs.h"

#include <algorithm>
#include <numeric>

#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// Filters are [out, in, spatial axes…].
constexpr std::size_t kFirstSpatial = 2;

bool all_are_one(const Ints& values) {
  return std::all_of(values.begin(), values.end(), [](std::int64_t value) { return value == 1; });
}

// What is left of a filter's reach beyond the padding; negative where there is more padding than reach.
Ints complement(const Ints& pads, const Shape& filter) {
  Ints left;
  for (std::size_t axis = kFirstSpatial; axis < filter.size(); ++axis) {
    const std::size_t i = axis - kFirstSpatial;
    left.push_back(filter[axis] - 1 - (pads.empty() ? 0 : pads[i]));
  }
  return left;
}

bool reaches(const Ints& pads, const Shape& filter) {
  const Ints left = complement(pads, filter);
  return std::all_of(left.begin(), left.end(), [](std::int64_t pad) { return pad >= 0; });
}

Value mirrored(Value filters) {
  Ints spatial(static_cast<std::size_t>(filters.rank()) - kFirstSpatial);
  std::iota(spatial.begin(), spatial.end(), static_cast<std::int64_t>(kFirstSpatial));
  Ints exchanged = {1, 0};
  exchanged.insert(exchanged.end(), spatial.begin(), spatial.end());
  return transpose(reverse(filters, spatial), exchanged);
}
}  // namespace

bool is_forward_convolution(const Graph& graph, const Node& node) {
  if (node.op != Op::conv_transpose || node.attrs.integer("groups") != 1) return false;
  const Shape filter = graph.type(node.inputs[1]).shape();
  return all_are_one(node.attrs.ints("strides")) && all_are_one(node.attrs.ints("dilations")) &&
         reaches(node.attrs.ints("pads_low"), filter) && reaches(node.attrs.ints("pads_high"), filter);
}

Graph forward_convolutions(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& chosen) {
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(graph, [&](Rewrite&, const Node& node, std::span<const Value> in) -> Results {
    if (!is_forward_convolution(graph, node) || !chosen(graph, node)) return std::nullopt;
    const Shape filter = in[1].type().shape();
    ConvOptions options;
    options.pads_low = complement(node.attrs.ints("pads_low"), filter);
    options.pads_high = complement(node.attrs.ints("pads_high"), filter);
    return std::vector<Value>{conv(in[0], mirrored(in[1]), options)};
  });
}

}  // namespace tenon
