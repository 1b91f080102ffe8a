#include "pass/turning.h"

#include <algorithm>

#include "op/writing.h"
#include "pass/permutations.h"
#include "tenon/op.h"

namespace tenon {

namespace {
std::int64_t at(const Ints& perm, std::int64_t axis) { return perm[static_cast<std::size_t>(axis)]; }

// One entry an axis, as they stand on the source's axes.
Ints on_source(const Ints& entries, const Ints& perm) {
  Ints moved(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) moved[static_cast<std::size_t>(perm[i])] = entries[i];
  return moved;
}

// The permutation of the axes that are left, numbered anew.
Ints without(const Ints& perm, const Ints& axes) {
  Ints left;
  for (std::size_t i = 0; i < perm.size(); ++i)
    if (std::ranges::find(axes, static_cast<std::int64_t>(i)) == axes.end()) left.push_back(perm[i]);
  Ints numbered;
  for (const std::int64_t axis : left)
    numbered.push_back(std::ranges::count_if(left, [&](std::int64_t other) { return other < axis; }));
  return numbered;
}

Turned reduction(const Node& node, const Ints& perm) {
  const Ints axes = resolved_axes(node.attrs.ints("axes"), static_cast<std::int64_t>(perm.size()));
  Ints moved;
  for (const std::int64_t axis : axes) moved.push_back(at(perm, axis));
  std::ranges::sort(moved);
  Turned result{node.attrs, node.attrs.flag("keep") ? perm : without(perm, axes)};
  result.attrs.set("axes", moved);
  return result;
}

Turned concatenation(const Node& node, const Ints& perm) {
  const std::int64_t axis = node.attrs.integer("axis");
  Turned result{node.attrs, perm};
  result.attrs.set("axis", at(perm, axis < 0 ? axis + static_cast<std::int64_t>(perm.size()) : axis));
  return result;
}

Turned padding(const Node& node, const Ints& perm) {
  Turned result{node.attrs, perm};
  for (const char* side : {"low", "high"}) result.attrs.set(side, on_source(node.attrs.ints(side), perm));
  return result;
}

Turned part(const Node& node, const Ints& perm) {
  Ints axes = node.attrs.ints("axes");
  if (axes.empty())
    for (std::size_t i = 0; i < node.attrs.ints("starts").size(); ++i)
      axes.push_back(static_cast<std::int64_t>(i));
  for (std::int64_t& axis : axes)
    axis = at(perm, axis < 0 ? axis + static_cast<std::int64_t>(perm.size()) : axis);
  Turned result{node.attrs, perm};
  result.attrs.set("axes", axes);
  return result;
}

Ints long_axes(const Shape& shape) {
  Ints axes;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] != 1) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

// The axes of one element stand first in what is reshaped, the others behind them as they stood.
std::optional<Turned> reshaping(const Shape& from, const Shape& to, const Ints& perm) {
  const Ints before = long_axes(from), after = long_axes(to);
  const bool fits = std::ranges::equal(before, after, [&](std::int64_t a, std::int64_t b) {
    return from[static_cast<std::size_t>(a)] == to[static_cast<std::size_t>(b)];
  });
  if (!fits) return std::nullopt;
  const std::size_t ones = to.size() - after.size();
  Ints sources;
  for (const std::int64_t axis : before) sources.push_back(at(perm, axis));
  Ints result(to.size(), -1);
  Shape shape(to.size(), 1);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const auto place = ones + static_cast<std::size_t>(std::ranges::count_if(
                                  sources, [&](std::int64_t other) { return other < sources[i]; }));
    result[static_cast<std::size_t>(after[i])] = static_cast<std::int64_t>(place);
    shape[place] = to[static_cast<std::size_t>(after[i])];
  }
  std::int64_t next = 0;
  for (std::int64_t& axis : result)
    if (axis < 0) axis = next++;
  return Turned{{{"shape", shape}, {"zero_copies", false}}, result};
}
}  // namespace

std::optional<Turned> turned(const Graph& typed, const Node& node, const Ints& perm) {
  switch (node.op) {
    case Op::reduce_sum:
    case Op::reduce_prod:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::reduce_mean:
      return reduction(node, perm);
    case Op::concat:
      return concatenation(node, perm);
    case Op::pad:
      return padding(node, perm);
    case Op::slice:
      return part(node, perm);
    case Op::reshape:
      return reshaping(typed.type(node.inputs[0]).shape(), node.results[0].shape(), perm);
    default:
      break;
  }
  const OpDef& def = definition(node.op);
  const bool is_elementwise = def.elementwise && !def.random && node.results.size() == 1;
  return is_elementwise ? std::optional(Turned{node.attrs, perm}) : std::nullopt;
}

}  // namespace tenon
