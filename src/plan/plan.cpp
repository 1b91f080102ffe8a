#include "plan/plan.h"

#include <algorithm>
#include <map>
#include <optional>

#include "plan/arena.h"
#include "tenon/op.h"

namespace tenon {

namespace {
bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

class Planner {
 public:
  Planner(std::shared_ptr<const Graph> lowered, std::vector<std::unique_ptr<Step>> steps)
      : graph_(*lowered), steps_(std::move(steps)) {
    plan_.lowered = std::move(lowered);
  }

  Plan run() {
    find_storage();
    place_leaves();
    find_lives();
    place_outputs();
    place_updates();
    place_scratch();
    bind_steps();
    return std::move(plan_);
  }

 private:
  static constexpr std::size_t kAtEnd = ~std::size_t{0};

  // A view has its input's storage.
  void find_storage() {
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) {
      const Node& node = graph_.nodes()[id];
      const bool view = !is_leaf(node) && !steps_[id];
      for (std::uint32_t i = 0; i < node.results.size(); ++i)
        storage_[{id, i}] = view ? storage_.at(node.inputs[0]) : Ref{id, i};
    }
  }

  void place_leaves() {
    for (const std::uint32_t id : graph_.inputs()) add_leaf(id, Place::Kind::input, plan_.inputs);
    for (const std::uint32_t id : graph_.states()) add_leaf(id, Place::Kind::state, plan_.states);
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) {
      if (graph_.nodes()[id].op != Op::constant) continue;
      places_[{id}] = {Place::Kind::constant, static_cast<std::uint32_t>(plan_.constants.size()), 0};
      plan_.constants.push_back(graph_.nodes()[id].attrs.tensor("value"));
    }
  }

  void add_leaf(std::uint32_t id, Place::Kind kind, std::vector<Slot>& slots) {
    places_[{id}] = {kind, static_cast<std::uint32_t>(slots.size()), 0};
    slots.push_back({name_of(graph_.nodes()[id]), graph_.nodes()[id].results[0]});
  }

  // When each storage is written and last read, in node numbers; outputs and updates read at the end.
  void find_lives() {
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) {
      if (!steps_[id]) continue;
      for (const Ref input : graph_.nodes()[id].inputs) last_read_[storage_.at(input)] = id;
    }
    for (const NamedRef& output : graph_.outputs()) escapes_[storage_.at(output.ref)] += 1;
    for (const NamedRef& update : graph_.updates()) escapes_[storage_.at(update.ref)] += 1;
  }

  // A step writes its result straight into the caller's buffer where it can.
  void place_outputs() {
    for (const NamedRef& output : graph_.outputs()) {
      const Place place{Place::Kind::output, static_cast<std::uint32_t>(plan_.outputs.size()), 0};
      plan_.outputs.push_back({output.name, graph_.type(output.ref)});
      const Ref stored = storage_.at(output.ref);
      if (places_.emplace(stored, place).second) continue;
      pending_.push_back({stored, place, graph_.type(output.ref).bytes()});
    }
  }

  // Whether the step may write the result over the slot: it reads the slot through no input, not even a view,
  // but the one that it can do so with.
  bool writes_in_place(Ref result, Ref slot) const {
    const auto pairs = steps_[result.node]->in_place();
    const auto& inputs = graph_.node(result).inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::pair pair(static_cast<int>(result.result), static_cast<int>(i));
      if (storage_.at(inputs[i]) == slot && std::ranges::find(pairs, pair) == pairs.end()) return false;
    }
    return true;
  }

  // A new value is written over the old one where nothing reads the old one from then on; else beside it, and
  // copied at the end.
  void place_updates() {
    for (const NamedRef& update : graph_.updates()) {
      const Ref slot = *graph_.find_state(update.name);
      const Ref stored = storage_.at(update.ref);
      const auto read = last_read_.find(slot);
      const bool old_is_read_later =
          escapes_.contains(slot) || (read != last_read_.end() && read->second > stored.node);
      const bool old_is_read_now = read != last_read_.end() && read->second == stored.node;
      const bool direct = !places_.contains(stored) && !old_is_read_later &&
                          (!old_is_read_now || writes_in_place(stored, slot));
      if (direct)
        places_[stored] = places_.at(slot);
      else
        pending_.push_back({stored, places_.at(slot), graph_.type(slot).bytes()});
    }
  }

  std::size_t end_of(Ref stored) const {
    if (escapes_.contains(stored)) return kAtEnd;
    const auto read = last_read_.find(stored);
    return read == last_read_.end() ? stored.node : read->second;
  }

  // The block of an input that the step may write its result over, as nothing reads it from then on.
  std::optional<std::size_t> overwritten(Ref result, const std::map<Ref, std::size_t>& block_of) const {
    const auto& inputs = graph_.node(result).inputs;
    for (const auto& [written, read] : steps_[result.node]->in_place()) {
      if (written != static_cast<int>(result.result)) continue;
      const Ref stored = storage_.at(inputs[static_cast<std::size_t>(read)]);
      const auto block = block_of.find(stored);
      if (block != block_of.end() && end_of(stored) == result.node && writes_in_place(result, stored) &&
          graph_.type(stored).bytes() == graph_.type(result).bytes())
        return block->second;
    }
    return std::nullopt;
  }

  void place_scratch() {
    std::vector<Block> blocks;
    std::map<Ref, std::size_t> block_of;
    std::map<std::uint32_t, std::size_t> own_block;  // a step's scratch
    const auto add = [&](const Block& block) {
      blocks.push_back(block);
      return blocks.size() - 1;
    };
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) {
      if (!steps_[id]) continue;
      for (std::uint32_t i = 0; i < graph_.nodes()[id].results.size(); ++i) {
        const Ref ref{id, i};
        if (places_.contains(ref)) continue;
        const auto under = overwritten(ref, block_of);
        block_of[ref] = under ? *under : add({graph_.type(ref).bytes(), id, 0});
        blocks[block_of[ref]].last = end_of(ref);
      }
      if (const std::size_t bytes = steps_[id]->scratch_bytes()) own_block[id] = add({bytes, id, id});
    }
    // An update whose source is a slot that another update overwrites goes through a place of its own.
    std::vector<std::size_t> detours;
    for (const Pending& copy : pending_) {
      const auto place = places_.find(copy.from);
      if (place != places_.end() && place->second.kind == Place::Kind::state)
        detours.push_back(add({copy.bytes, 0, kAtEnd}));
    }
    plan_.scratch_bytes = place_blocks(blocks);
    const auto place_of = [&](std::size_t block) {
      return Place{Place::Kind::scratch, 0, blocks[block].offset};
    };
    for (const auto& [ref, block] : block_of) places_[ref] = place_of(block);
    for (const auto& [id, block] : own_block) own_scratch_[id] = place_of(block);
    add_copies(blocks, detours);
  }

  void add_copies(const std::vector<Block>& blocks, const std::vector<std::size_t>& detours) {
    std::vector<PlannedCopy> second_half;
    std::size_t next_detour = 0;
    for (const Pending& copy : pending_) {
      const Place from = places_.at(copy.from);
      if (from == copy.to) continue;
      if (from.kind != Place::Kind::state) {
        second_half.push_back({from, copy.to, copy.bytes});
        continue;
      }
      const Place between{Place::Kind::scratch, 0, blocks[detours[next_detour++]].offset};
      plan_.copies.push_back({from, between, copy.bytes});
      second_half.push_back({between, copy.to, copy.bytes});
    }
    plan_.copies.insert(plan_.copies.end(), second_half.begin(), second_half.end());
  }

  void bind_steps() {
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) {
      if (!steps_[id]) continue;
      const Node& node = graph_.nodes()[id];
      PlannedStep planned;
      for (const Ref input : node.inputs) planned.places.push_back(places_.at(storage_.at(input)));
      for (std::uint32_t i = 0; i < node.results.size(); ++i) planned.places.push_back(places_.at({id, i}));
      if (const auto own = own_scratch_.find(id); own != own_scratch_.end())
        planned.places.push_back(own->second);
      planned.name = cat(describe(node), " #", id);
      planned.node = id;
      planned.step = std::move(steps_[id]);
      plan_.steps.push_back(std::move(planned));
    }
  }

  struct Pending {
    Ref from;
    Place to;
    std::size_t bytes;
  };

  const Graph& graph_;
  std::vector<std::unique_ptr<Step>> steps_;
  Plan plan_;
  std::map<Ref, Ref> storage_;
  std::map<Ref, Place> places_;
  std::map<Ref, std::uint32_t> last_read_;
  std::map<Ref, int> escapes_;
  std::map<std::uint32_t, Place> own_scratch_;
  std::vector<Pending> pending_;
};
}  // namespace

Plan make_plan(std::shared_ptr<const Graph> lowered, std::vector<std::unique_ptr<Step>> steps) {
  return Planner(std::move(lowered), std::move(steps)).run();
}

}  // namespace tenon
