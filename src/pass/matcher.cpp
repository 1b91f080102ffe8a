#include "pass/matcher.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "op/writing.h"
#include "pass/dead.h"

namespace tenon {

namespace {
constexpr std::size_t kMostFactors = 8;

bool is_among(Ref value, std::span<const Ref> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// What a reduction leaves of a shape if it keeps its axes.
std::vector<Dim> kept_dims(const Type& type, const Ints& axes) {
  std::vector<Dim> dims = type.dims;
  for (const std::int64_t axis : axes) dims[static_cast<std::size_t>(axis)] = 1;
  return dims;
}

double step_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 0x1p-52;
    case DType::f16:
      return 0x1p-10;
    case DType::bf16:
      return 0x1p-7;
    default:
      return 0x1p-23;
  }
}
}  // namespace

Matcher::Matcher(const Graph& typed)
    : graph_(typed), readers_(typed.nodes().size()), escapes_(typed.nodes().size(), false) {
  for (std::uint32_t id = 0; id < readers_.size(); ++id)
    for (const Ref input : graph_.nodes()[id].inputs) readers_[input.node].push_back(id);
  for (const NamedRef& output : graph_.outputs()) escapes_[output.ref.node] = true;
  for (const NamedRef& update : graph_.updates()) escapes_[update.ref.node] = true;
}

const Node* Matcher::as(Ref value, Op op) const {
  const Node& made = node(value);
  return made.op == op ? &made : nullptr;
}

std::optional<double> Matcher::number(Ref value) const {
  while (node(value).op == Op::broadcast_to || node(value).op == Op::reshape) value = node(value).inputs[0];
  const bool single = node(value).op == Op::constant && type(value).size() == 1;
  return single ? std::optional(node(value).attrs.tensor("value").number()) : std::nullopt;
}

Ref Matcher::narrow(Ref value) const {
  while (node(value).op == Op::broadcast_to) value = node(value).inputs[0];
  return value;
}

std::optional<Matcher::Reduction> Matcher::reduction(Ref value, Op op) const {
  const std::vector<Dim>& dims = type(value).dims;
  if (node(value).op == Op::reshape) value = node(value).inputs[0];
  const Node* reduce = as(value, op);
  if (!reduce) return std::nullopt;
  const Ref of = reduce->inputs[0];
  const Ints axes = resolved_axes(reduce->attrs.ints("axes"), type(of).rank());
  if (dims != kept_dims(type(of), axes)) return std::nullopt;
  return Reduction{of, axes};
}

std::optional<Matcher::Reduction> Matcher::mean(Ref value) const {
  if (auto mean = reduction(value, Op::reduce_mean)) return mean;
  const Node* division = as(value, Op::div);
  const auto count = division ? number(division->inputs[1]) : std::nullopt;
  const auto sum = count ? reduction(division->inputs[0], Op::reduce_sum) : std::nullopt;
  if (!sum) return std::nullopt;
  std::int64_t elements = 1;
  for (const std::int64_t axis : sum->axes) elements *= type(sum->of).shape()[static_cast<std::size_t>(axis)];
  return *count == static_cast<double>(elements) ? sum : std::nullopt;
}

std::vector<Matcher::Factor> Matcher::factors(Ref product, std::span<const Ref> whole) const {
  std::vector<Factor> list;
  collect_factors(product, false, whole, list);
  return list;
}

void Matcher::collect_factors(Ref product, bool divides, std::span<const Ref> whole,
                              std::vector<Factor>& to) const {
  const Node& made = node(product);
  const bool is_product = made.op == Op::mul || made.op == Op::div;
  if (!is_product || is_among(product, whole) || to.size() >= kMostFactors) {
    to.push_back({product, divides});
    return;
  }
  collect_factors(made.inputs[0], divides, whole, to);
  collect_factors(made.inputs[1], divides != (made.op == Op::div), whole, to);
}

bool Matcher::serve(Ref value, std::span<const Ref> sources) const {
  std::set<std::uint32_t> inside{value.node};
  std::vector<std::uint32_t> open{value.node};
  while (!open.empty()) {
    const std::uint32_t id = open.back();
    open.pop_back();
    for (const Ref input : graph_.nodes()[id].inputs)
      if (!is_among(input, sources) && !number(input) && inside.insert(input.node).second)
        open.push_back(input.node);
  }
  inside.erase(value.node);
  return std::ranges::all_of(inside, [&](std::uint32_t id) {
    return !escapes_[id] && std::ranges::all_of(readers_[id], [&](std::uint32_t reader) {
      return reader == value.node || inside.contains(reader);
    });
  });
}

Graph with_composites(const Graph& typed,
                      const std::function<std::optional<Value>(Rewrite&, Ref value)>& written) {
  std::uint32_t id = 0;
  return remove_dead(Rewrite::apply(
      typed,
      [&](Rewrite& rewrite, const Node& node, std::span<const Value>) -> std::optional<std::vector<Value>> {
        const Ref value{id++};
        if (node.results.size() != 1) return std::nullopt;
        const auto composite = written(rewrite, value);
        return composite ? std::optional(std::vector{*composite}) : std::nullopt;
      }));
}

bool is_nearly(double number, double other, DType dtype) {
  constexpr double kRoundings = 4;
  return std::fabs(number - other) <= kRoundings * step_of(dtype) * std::fabs(other);
}

}  // namespace tenon
