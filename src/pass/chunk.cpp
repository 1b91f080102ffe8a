#include "pass/chunk.h"

#include <algorithm>
#include <map>

#include "pass/chunking.h"
#include "pass/dead.h"
#include "pass/itemwise.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// The program with one set of nodes as a scan.
class Chunker {
 public:
  Chunker(const Graph& graph, const Chunking& chunking)
      : from_(graph), chunking_(chunking), to_(graph.name()), body_(std::make_shared<Graph>("chunk")) {}

  Graph run() {
    const std::vector<bool> behind = nodes_behind();
    for (std::uint32_t id = 0; id < count(); ++id)
      if (!is_inside(id) && !behind[id]) copy(id);
    write_scan();
    for (std::uint32_t id = 0; id < count(); ++id)
      if (!is_inside(id) && behind[id]) copy(id);
    for (const NamedRef& output : from_.outputs()) to_.output(output.name, to_.value(map_.at(output.ref)));
    for (const NamedRef& update : from_.updates()) to_.update(update.name, to_.value(map_.at(update.ref)));
    return std::move(to_);
  }

 private:
  std::uint32_t count() const { return static_cast<std::uint32_t>(from_.nodes().size()); }
  const Node& node(std::uint32_t id) const { return from_.nodes()[id]; }
  bool is_inside(std::uint32_t id) const { return chunking_.nodes.contains(id); }
  std::int64_t turns() const { return chunking_.items / chunking_.fewer; }

  std::vector<bool> nodes_behind() const {
    std::vector<bool> behind(count(), false);
    for (std::uint32_t id = 0; id < count(); ++id)
      for (const Ref input : node(id).inputs)
        behind[id] = behind[id] || behind[input.node] || is_inside(input.node);
    return behind;
  }

  void copy(std::uint32_t id) {
    Node moved = node(id);
    for (Ref& input : moved.inputs) input = map_.at(input);
    const std::uint32_t made = to_.append(std::move(moved));
    for (std::uint32_t i = 0; i < node(id).results.size(); ++i) map_[{id, i}] = {made, i};
  }

  Value outer(Ref ref) { return to_.value(map_.at(ref)); }

  // [items, …] as [turns, items at a time, …]
  Value cut(Value value) {
    Shape shape = value.type().shape();
    shape[0] = chunking_.fewer;
    shape.insert(shape.begin(), turns());
    return reshape(value, shape);
  }

  // The bodies of if_else, loop and scan have their inputs in the order carried, scanned, captured; so what
  // the nodes read is found before the body is written.
  void write_scan() {
    find_inputs();
    const bool sums = node(chunking_.seed).op == Op::conv_filter;
    ScanInputs given;
    Value sum;
    if (sums) {
      const Type& type = node(chunking_.seed).results[0];
      given.carried = {broadcast_to(to_.constant(Tensor::full(type.dtype, {}, 0)), type.shape())};
      sum = body_->input("sum", type);
    }
    for (const Ref ref : scanned_) {
      given.scanned.push_back(cut(outer(ref)));
      Type type = from_.type(ref);
      type.dims[0] = chunking_.fewer;
      inner_[ref] = body_->input(cat("s", given.scanned.size()), type).ref();
    }
    for (const Ref ref : captured_) {
      given.captured.push_back(outer(ref));
      inner_[ref] = body_->input(cat("c", given.captured.size()), from_.type(ref)).ref();
    }
    for (const std::uint32_t id : chunking_.nodes) bring({id, 0});
    if (sums) body_->output("sum", add(sum, body_->value(inner_.at({chunking_.seed, 0}))));
    const std::vector<Ref> results = sums ? std::vector<Ref>{} : leaving();
    for (std::size_t i = 0; i < results.size(); ++i)
      body_->output(cat("o", i), body_->value(inner_.at(results[i])));
    to_.set_label(node(chunking_.seed).label);
    take_results(scan(given, body_), sums, results);
    to_.set_label("");
  }

  void take_results(const std::vector<Value>& made, bool sums, const std::vector<Ref>& results) {
    if (sums) map_[{chunking_.seed, 0}] = made[0].ref();
    for (std::size_t i = 0; i < results.size(); ++i)
      map_[results[i]] = reshape(made[i], from_.type(results[i]).shape()).ref();
  }

  // What the scan reads: a batch cut into slices, or values that every turn sees whole.
  void find_inputs() {
    for (const std::uint32_t id : chunking_.nodes) find_inputs(id);
  }
  void find_inputs(std::uint32_t id) {
    const auto batched = id == chunking_.seed && node(id).op == Op::conv_filter
                             ? std::optional(std::vector<bool>{true, true})
                             : batched_inputs(from_, node(id), chunking_.items);
    for (std::size_t i = 0; i < batched->size(); ++i) {
      const Ref input = node(id).inputs[i];
      if (is_inside(input.node) || is_single(input)) continue;
      if (is_free(input.node))
        find_inputs(input.node);
      else
        ((*batched)[i] ? scanned_ : captured_).insert(input);
    }
  }

  // One element made of constants: the body makes its own.
  bool is_single(Ref ref) const {
    const auto& inputs = node(ref.node).inputs;
    const bool moves = node(ref.node).op == Op::reshape || node(ref.node).op == Op::broadcast_to;
    return node(ref.node).results[0].size() == 1 &&
           (node(ref.node).op == Op::constant || (moves && is_single(inputs[0])));
  }
  bool is_free(std::uint32_t id) const { return is_same_for_all(from_, node(id), chunking_.items); }

  Ref bring(Ref ref) {
    if (const auto found = inner_.find(ref); found != inner_.end()) return found->second;
    const Node& source = node(ref.node);
    std::vector<Value> inputs;
    for (const Ref input : source.inputs) inputs.push_back(body_->value(bring(input)));
    body_->set_label(source.label);
    const std::vector<Value> made =
        source.op == Op::constant
            ? std::vector<Value>{body_->constant(source.attrs.tensor("value"))}
            : body_->emit(source.op, inputs, attrs_for(source, chunking_.items, chunking_.fewer));
    for (std::uint32_t i = 0; i < made.size(); ++i) inner_[{ref.node, i}] = made[i].ref();
    return inner_.at(ref);
  }

  std::vector<Ref> leaving() const {
    std::set<Ref> refs;
    const auto note = [&](Ref ref) {
      if (is_inside(ref.node)) refs.insert(ref);
    };
    for (std::uint32_t id = 0; id < count(); ++id)
      if (!is_inside(id)) std::for_each(node(id).inputs.begin(), node(id).inputs.end(), note);
    for (const NamedRef& output : from_.outputs()) note(output.ref);
    for (const NamedRef& update : from_.updates()) note(update.ref);
    return {refs.begin(), refs.end()};
  }

  const Graph& from_;
  const Chunking& chunking_;
  Graph to_;
  std::shared_ptr<Graph> body_;
  std::map<Ref, Ref> map_;    // to the new program
  std::map<Ref, Ref> inner_;  // to the body
  std::set<Ref> scanned_;
  std::set<Ref> captured_;
};
}  // namespace

Graph chunk_batches(const Graph& graph, const ChunkOptions& options) {
  Graph result = graph.clone();
  while (options.near_bytes > 0) {
    const auto found = find_chunking(result, options);
    if (!found) break;
    result = Chunker(result, *found).run();
  }
  return remove_dead(result);
}

}  // namespace tenon
