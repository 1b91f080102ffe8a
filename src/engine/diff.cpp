#include "tenon/diff.h"

#include <algorithm>

#include "engine/errors.h"
#include "engine/random_key.h"
#include "engine/taps.h"
#include "tenon/op.h"

namespace tenon {

namespace {
using Names = std::vector<std::string>;

bool alike(const Tensor& a, const Tensor& b) { return a.dtype() == b.dtype() && a.shape() == b.shape(); }

bool same_kind(const Type& a, const Type& b) {
  return a.dtype == b.dtype && (!a.ranked || !b.ranked || a.rank() == b.rank());
}

class Comparison {
 public:
  Comparison(NamedTensors wanted, const Engine& found, const NamedTensors& inputs, const DiffOptions& options)
      : wanted_(std::move(wanted)), found_(found), inputs_(inputs), options_(options) {}

  // The name of the first that differs. With each value kept first; where that hides what is wrong, value by
  // value: what is wrong from some value on is wrong in all that follow.
  std::optional<Difference> find() {
    if (wanted_.empty()) fail("the two have no value in common that could be compared");
    Names all;
    for (const auto& [name, tensor] : wanted_) all.push_back(name);
    const NamedTensors kept = run(all);
    for (const std::string& name : all)
      if (auto difference = compare(name, kept)) return difference;
    return find_fused(all);
  }

 private:
  NamedTensors run(const Names& names) const { return found_.with_taps(names).run(inputs_); }

  std::optional<Difference> compare(const std::string& name, const NamedTensors& values) const {
    const Tensor& wanted = *tenon::find(wanted_, name);
    const Tensor& found = *tenon::find(values, name);
    if (!alike(wanted, found)) return Difference{name, {}, {name, 0, 0, 0}, {}, wanted, found};
    const OutputError error = engine::error_between(name, found, wanted);
    if (error.relative <= options_.relative) return std::nullopt;
    return Difference{name, {}, error, {}, wanted, found};
  }

  std::optional<Difference> at(const std::string& name) const {
    auto difference = compare(name, run({name}));
    if (difference) difference->only_fused = true;
    return difference;
  }

  std::optional<Difference> find_fused(const Names& all) const {
    std::optional<Difference> first = at(all.back());
    if (!first) return std::nullopt;
    std::size_t right = 0, wrong = all.size() - 1;  // all before `right` are right
    while (right < wrong) {
      const std::size_t middle = (right + wrong) / 2;
      if (auto difference = at(all[middle])) {
        first = std::move(difference);
        wrong = middle;
      } else {
        right = middle + 1;
      }
    }
    return first;
  }

  NamedTensors wanted_;
  const Engine& found_;
  const NamedTensors& inputs_;
  const DiffOptions& options_;
};

// What the node of the difference read, run by the first model.
NamedTensors read_by(const Node& node, const Engine& engine, const NamedTensors& inputs) {
  NamedTensors read;
  std::vector<NamedRef> computed;
  for (const Ref ref : node.inputs) {
    const Node& maker = engine.program().node(ref);
    if (maker.op == Op::constant)
      read.emplace_back(cat("constant ", read.size()), maker.attrs.tensor("value"));
    else if (maker.op == Op::input)
      read.emplace_back(name_of(maker), *find(inputs, name_of(maker)));
    else if (maker.op == Op::state)
      read.emplace_back(name_of(maker), *find(engine.weights(), name_of(maker)));
    else
      computed.push_back({engine::name_of_value(engine.program(), ref), ref});
  }
  if (computed.empty()) return read;
  const Engine tapped(engine::with_outputs(engine.program(), computed), engine.weights(), engine.info(),
                      engine.options());
  for (auto& [name, tensor] : tapped.run(inputs))
    if (std::ranges::find(computed, name, &NamedRef::name) != computed.end())
      read.emplace_back(name, std::move(tensor));
  return read;
}
}  // namespace

std::optional<Difference> first_difference(const NamedTensors& recorded, const Engine& found,
                                           const NamedTensors& inputs, const DiffOptions& options) {
  NamedTensors wanted;
  const std::vector<Port> values = found.values();
  for (const Port& port : values)
    if (const Tensor* value = find(recorded, port.name)) wanted.emplace_back(port.name, *value);
  const NamedTensors given = engine::with_key(found.program(), inputs, engine::kFixedKey);
  auto difference = Comparison(std::move(wanted), found, given, options).find();
  if (difference) difference->op = definition(engine::node_of(found.program(), difference->value).op).name;
  return difference;
}

std::optional<Difference> first_difference(const Engine& wanted, const Engine& found,
                                           const NamedTensors& inputs, const DiffOptions& options) {
  const std::vector<Port> others = found.values();
  std::vector<std::string> common;
  for (const Port& port : wanted.values()) {
    const auto other = std::ranges::find(others, port.name, &Port::name);
    if (other != others.end() && same_kind(port.type, other->type)) common.push_back(port.name);
  }
  NamedTensors recorded;
  const NamedTensors given = engine::with_key(wanted.program(), inputs, engine::kFixedKey);
  const NamedTensors values = wanted.with_taps(common).run(given);
  for (const std::string& name : common) recorded.emplace_back(name, *find(values, name));
  auto difference = Comparison(std::move(recorded), found,
                               engine::with_key(found.program(), inputs, engine::kFixedKey), options)
                        .find();
  if (!difference) return std::nullopt;
  const Node& node = engine::node_of(wanted.program(), difference->value);
  difference->op = definition(node.op).name;
  difference->inputs = read_by(node, wanted, given);
  return difference;
}
}  // namespace tenon
