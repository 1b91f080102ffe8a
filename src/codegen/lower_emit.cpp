#include "codegen/lower_emit.h"

#include <algorithm>
#include <set>

#include "codegen/lower_eval.h"
#include "codegen/lower_schedule.h"

namespace tenon::codegen {

namespace {
// Where a stage's elements are kept.
struct Storage {
  Buffer buffer = kNone;
  std::vector<std::int64_t> strides;  // by loop of the stage; 0: every iteration uses the same place
  bool by_shape = true;               // row-major over the whole value
};

struct Touched {
  std::set<Buffer> read;
  std::set<Buffer> written;
};

bool meet(const std::set<Buffer>& a, const std::set<Buffer>& b) {
  return std::any_of(a.begin(), a.end(), [&](Buffer buffer) { return b.contains(buffer); });
}

class Emitter {
 public:
  Emitter(const Graph& body, const Stages& stages, const Tree& tree, const LowerOptions& options)
      : body_(body),
        stages_(stages),
        tree_(tree),
        options_(options),
        builder_(options.name),
        reads_overwritten_(stages.list.size()) {}

  Kernel run() {
    find_overwritten();
    make_buffers();
    scalars_.resize(stages_.list.size());
    accumulators_.resize(stages_.list.size(), kNone);
    for (const Item& nest : tree_.root->items) emit_nest(*nest.loop);
    return builder_.finish();
  }

 private:
  const Placement& placement(StageId id) const { return tree_.placements[id]; }

  // Buffers.

  void make_buffers() {
    for (const std::uint32_t input : body_.inputs()) {
      const Type& type = body_.nodes()[input].results[0];
      input_of_node_[input] = builder_.input(type.dtype, type.size());
    }
    for (const Stage& stage : stages_.list) storage_.emplace_back(body_.node(stage.ref).results.size());
    for (std::uint32_t i = 0; i < body_.outputs().size(); ++i) make_output(i);
    for (StageId id = 0; id < stages_.list.size(); ++id)
      for (std::uint32_t result = 0; placement(id).home && result < storage_[id].size(); ++result)
        if (storage_[id][result].buffer == kNone) make_scratch(id, result);
  }

  void make_output(std::uint32_t position) {
    const Ref ref = body_.outputs()[position].ref;
    Buffer in_place_of = kNone;
    for (const InPlace& pair : options_.in_place)
      if (pair.output == position) in_place_of = pair.input;
    const Type& type = body_.type(ref);
    storage_[stages_.of(ref)][ref.result].buffer = builder_.output(type.dtype, type.size(), in_place_of);
  }

  // The stages that read a result from where it is not at hand.
  std::vector<StageId> far_readers(StageId id, std::uint32_t result) const {
    std::vector<StageId> readers;
    for (StageId reader = 0; reader < stages_.list.size(); ++reader)
      for (const Access& access : stages_.list[reader].reads)
        if (access.value == Ref{stages_.list[id].ref.node, result} && !is_at_hand(id, reader))
          readers.push_back(reader);
    return readers;
  }
  // What is at hand is evaluated where it is used: elsewhere that could be after something it reads was
  // overwritten.
  bool is_at_hand(StageId id, StageId reader) const {
    const LoopNode* place = reading_place(placement(reader));
    return reads_overwritten_[id] ? place == placement(id).home : is_within(place, placement(id).home);
  }

  void find_overwritten() {
    std::set<std::uint32_t> inputs;
    for (const InPlace& pair : options_.in_place) inputs.insert(body_.inputs()[pair.input]);
    for (StageId id = static_cast<StageId>(stages_.list.size()); id-- > 0;)
      for (const Access& access : stages_.list[id].reads) {
        const StageId on = stages_.of(access.value);
        const bool reads = inputs.contains(access.value.node) || (on != kNoStage && reads_overwritten_[on]);
        if (reads && !stages_.list[id].fold) reads_overwritten_[id] = true;
      }
  }

  // Scratch has no room for the iterations of serial loops that no reader stands outside of.
  void make_scratch(StageId id, std::uint32_t result) {
    const Stage& stage = stages_.list[id];
    const std::vector<StageId> readers = far_readers(id, result);
    if (readers.empty()) return;
    const auto shared = [&](const LoopNode* node) {
      return node->kind == LoopKind::serial &&
             std::all_of(readers.begin(), readers.end(),
                         [&](StageId reader) { return is_within(reading_place(placement(reader)), node); });
    };
    Storage& storage = storage_[id][result];
    storage.strides.resize(stage.loops.size(), 0);
    std::int64_t elements = 1;
    for (std::size_t i = stage.loops.size(); i-- > 0;) {
      if (stage.loops[i].dim >= stage.kept.size()) continue;
      if (shared(placement(id).loops[i].node)) {
        storage.by_shape = false;
        continue;
      }
      storage.strides[i] = elements;
      elements *= stage.loops[i].extent;
    }
    const bool each_thread = shared(nest_of(placement(id).home));
    const DType dtype = body_.node(stage.ref).results[result].dtype;
    storage.buffer = builder_.scratch(dtype, elements, each_thread);
  }

  Linear place(StageId id, const Storage& storage, const Position& at) {
    const Stage& stage = stages_.list[id];
    if (storage.by_shape) return flat_position(positions_, at, stage.kept);
    Linear sum;
    for (std::size_t i = 0; i < stage.loops.size(); ++i)
      if (storage.strides[i] != 0)
        sum = positions_.add(
            sum, positions_.scale(variable_at(stage.loops[i], at, positions_), storage.strides[i]));
    return sum;
  }

  // Loops.

  void emit_nest(const LoopNode& node) {
    touched_.emplace_back();
    emit_loop(node);
    Nest& nest = builder_.last_nest();
    nest.parallel = node.extent > 1;
    nest.cost = cost_of(node, stages_);
    nest.grain = grain(node, nest.cost);
    nest.barrier_before = needs_barrier();
    if (nest.barrier_before) first_since_barrier_ = touched_.size() - 1;
  }

  std::int64_t grain(const LoopNode& node, double cost) const {
    constexpr double kWorthwhile = 16384;
    const std::int64_t step = node.kind == LoopKind::serial
                                  ? 1
                                  : node.unroll * (node.kind == LoopKind::vector ? options_.lanes : 1);
    const double iterations = kWorthwhile / std::max(cost / static_cast<double>(node.extent), 1.0);
    const std::int64_t steps = static_cast<std::int64_t>(iterations / static_cast<double>(step)) + 1;
    return std::min(steps * step, node.extent);
  }

  bool needs_barrier() const {
    const Touched& now = touched_.back();
    for (std::size_t i = first_since_barrier_; i + 1 < touched_.size(); ++i)
      if (meet(touched_[i].written, now.read) || meet(touched_[i].written, now.written) ||
          meet(touched_[i].read, now.written))
        return true;
    return false;
  }

  void emit_loop(const LoopNode& node) {
    const Var variable = builder_.begin_loop(node.extent, node.kind, node.unroll);
    variables_[&node] = positions_.variable(variable, node.extent);
    std::vector<StageId> finished;
    for (const Item& item : node.items) {
      if (item.loop) {
        store(finished);
        emit_loop(*item.loop);
      } else {
        emit_item(item);
        if (item.kind == ItemKind::finish) finished.push_back(item.stage);
      }
    }
    store(finished);
    builder_.end_loop();
  }

  void emit_item(const Item& item) {
    const Stage& stage = stages_.list[item.stage];
    if (item.kind == ItemKind::reset) {
      accumulators_[item.stage] = builder_.accumulator(stage.fold->combine, stage.fold->type);
      builder_.reset(accumulators_[item.stage]);
    } else if (item.kind == ItemKind::accumulate)
      accumulate(item.stage);
    else
      finish(item.stage);
  }

  Linear variable(StageId id, std::size_t loop) {
    const Bound& bound = placement(id).loops[loop];
    return positions_.remainder(positions_.quotient(variables_.at(bound.node), bound.inner),
                                stages_.list[id].loops[loop].extent);
  }
  Position position(StageId id, std::size_t first_dim, std::size_t dims) {
    return position_of(stages_.list[id], first_dim, dims, positions_,
                       [&](std::size_t loop) { return variable(id, loop); });
  }
  Position kept_position(StageId id) { return position(id, 0, stages_.list[id].kept.size()); }

  Evaluator evaluator(StageId reader) {
    return {body_, builder_, positions_,
            [this, reader](Ref ref, const Position& at, Scalar when) { return read(reader, ref, at, when); }};
  }

  std::optional<Scalar> read(StageId reader, Ref ref, const Position& at, Scalar when) {
    if (body_.node(ref).op == Op::input)
      return load(input_of_node_.at(ref.node), flat_position(positions_, at, body_.type(ref).shape()), when);
    const StageId id = stages_.of(ref);
    if (id == kNoStage) return std::nullopt;
    if (is_at_hand(id, reader)) return scalars_[id][ref.result];
    const Storage& storage = storage_[id][ref.result];
    return load(storage.buffer, place(id, storage, at), when);
  }
  Scalar load(Buffer buffer, const Linear& at, Scalar when) {
    touched_.back().read.insert(memory_of(buffer));
    return builder_.load(buffer, index(at), when);
  }
  Index index(const Linear& at) { return Evaluator(body_, builder_, positions_, nullptr).index(at); }
  // Of an output that may be an input, the input.
  Buffer memory_of(Buffer buffer) const {
    const Buffer input = builder_.kernel().buffers[buffer].in_place_of;
    return input == kNone ? buffer : input;
  }

  void accumulate(StageId id) {
    const Stage& stage = stages_.list[id];
    if (element_count(stage.fold->reduced) == 0) return;
    const Position reduced = position(id, stage.kept.size(), stage.fold->reduced.size());
    const Contribution term =
        evaluator(id).term(body_.node(stage.ref), *stage.fold, kept_position(id), reduced);
    const Combine combine = stage.fold->combine;
    const bool places = combine == Combine::arg_max || combine == Combine::arg_min;
    builder_.accumulate(accumulators_[id], term.value, places ? index(term.place) : kNone, term.when);
  }

  void finish(StageId id) {
    const Stage& stage = stages_.list[id];
    const Node& node = body_.node(stage.ref);
    for (std::uint32_t result = 0; result < node.results.size(); ++result)
      scalars_[id].push_back(stage.fold ? evaluator(id).finished(node, *stage.fold, accumulators_[id], result)
                                        : evaluator(id).compute(stage.ref, kept_position(id)));
  }

  void store(std::vector<StageId>& finished) {
    for (const StageId id : finished)
      for (std::size_t result = 0; result < storage_[id].size(); ++result) {
        const Storage& storage = storage_[id][result];
        if (storage.buffer == kNone) continue;
        touched_.back().written.insert(memory_of(storage.buffer));
        builder_.store(storage.buffer, index(place(id, storage, kept_position(id))), scalars_[id][result]);
      }
    finished.clear();
  }

  const Graph& body_;
  const Stages& stages_;
  const Tree& tree_;
  const LowerOptions& options_;
  KernelBuilder builder_;
  std::vector<bool> reads_overwritten_;  // by stage: its expression reads what an output may overwrite
  Positions positions_;
  std::map<std::uint32_t, Buffer> input_of_node_;
  std::vector<std::vector<Storage>> storage_;  // by stage and result
  std::vector<std::vector<Scalar>> scalars_;
  std::vector<Acc> accumulators_;
  std::map<const LoopNode*, Linear> variables_;
  std::vector<Touched> touched_;  // by nest
  std::size_t first_since_barrier_ = 0;
};
}  // namespace

Kernel emit(const Graph& body, const Stages& stages, const Tree& tree, const LowerOptions& options) {
  return Emitter(body, stages, tree, options).run();
}

}  // namespace tenon::codegen
