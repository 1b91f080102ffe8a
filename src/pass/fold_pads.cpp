#include "pass/fold_pads.h"

#include <algorithm>
#include <cmath>

#include "pass/dead.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
// Of each spatial axis.
struct Pads {
  Ints low, high;
};

Ints filled(const Ints& entries, std::size_t count, std::int64_t fallback) {
  return entries.empty() ? Ints(count, fallback) : entries;
}

bool are_none(const Ints& entries) {
  return std::ranges::all_of(entries, [](std::int64_t n) { return n == 0; });
}

// What a constant pad adds to the spatial axes of an image, if it touches nothing else.
std::optional<Pads> pads_of(const Node& pad) {
  const Ints &low = pad.attrs.ints("low"), &high = pad.attrs.ints("high");
  const auto touches_only_the_image = [](const Ints& pads) {
    return pads.size() > 2 && pads[0] == 0 && pads[1] == 0 && std::ranges::min(pads) >= 0;
  };
  if (pad.attrs.text("mode") != "constant" || !touches_only_the_image(low) || !touches_only_the_image(high))
    return std::nullopt;
  return Pads{{low.begin() + 2, low.end()}, {high.begin() + 2, high.end()}};
}

// Whether the padding of the op itself is of that number, and counts as the elements do.
bool pads_alike(const Node& node, double value) {
  if (node.op == Op::conv) return value == 0;
  if (node.op == Op::max_pool) return std::isinf(value) && value < 0 && is_float(node.results[0].dtype);
  const bool counts = node.attrs.flag("count_pad") ||
                      (are_none(node.attrs.ints("pads_low")) && are_none(node.attrs.ints("pads_high")));
  return value == 0 && counts && !node.attrs.flag("ceil");
}

Ints kernel_of(const Node& node, const Value& filters) {
  if (node.op != Op::conv) return node.attrs.ints("kernel");
  const Shape shape = filters.type().shape();
  return {shape.begin() + 2, shape.end()};
}

// The attributes with the padding added; nothing where a window could stand in it alone.
std::optional<Attrs> with_pads(const Node& node, const Ints& kernel, const Pads& pads) {
  Attrs attrs = node.attrs;
  const Ints dilations = filled(attrs.ints("dilations"), kernel.size(), 1);
  for (const auto& [name, more] : {std::pair("pads_low", &pads.low), std::pair("pads_high", &pads.high)}) {
    Ints all = filled(attrs.ints(name), kernel.size(), 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] += (*more)[i];
      if (all[i] > dilations[i] * (kernel[i] - 1)) return std::nullopt;
    }
    attrs.set(name, all);
  }
  if (node.op == Op::avg_pool) attrs.set("count_pad", true);
  return attrs;
}
}  // namespace

Graph fold_pads(const Graph& typed) {
  using Results = std::optional<std::vector<Value>>;
  return remove_dead(
      Rewrite::apply(typed, [](Rewrite& rewrite, const Node& node, std::span<const Value> in) -> Results {
        if (node.op != Op::conv && node.op != Op::max_pool && node.op != Op::avg_pool) return std::nullopt;
        const Node pad = node_of(in[0]);
        if (pad.op != Op::pad || !pads_alike(node, pad.attrs.number("value"))) return std::nullopt;
        const auto pads = pads_of(pad);
        const auto attrs = pads ? with_pads(node, kernel_of(node, in.back()), *pads) : std::nullopt;
        if (!attrs) return std::nullopt;
        std::vector<Value> operands(in.begin(), in.end());
        operands[0] = input_of(in[0], 0);
        return rewrite.to().emit(node.op, operands, *attrs);
      }));
}

}  // namespace tenon
