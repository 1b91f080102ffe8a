// The dry run of a stage: its expression is written once into a kernel that is thrown away, to see what it
// reads where.
#include <map>
#include <set>

#include "codegen/lower_cost.h"
#include "codegen/lower_eval.h"
#include "codegen/lower_stage.h"

namespace tenon::codegen {

namespace {
class Analyser {
 public:
  Analyser(const Graph& body, const Stages& stages, Positions& positions)
      : body_(body), stages_(stages), positions_(positions), builder_("dry run") {}

  void run(Stage& stage) {
    stage.loops.clear();
    Shape dims = stage.kept;
    if (stage.fold) dims.insert(dims.end(), stage.fold->reduced.begin(), stage.fold->reduced.end());
    for (std::size_t d = 0; d < dims.size(); ++d)
      if (dims[d] > 1)
        stage.loops.push_back({dims[d], d, 1, d >= stage.kept.size() || stage.scan == d, false, {}});
    do try_out(stage);
    while (split(stage) || block(stage));
  }

 private:
  void try_out(Stage& stage) {
    for (LoopAxis& loop : stage.loops) loop.variable = positions_.variable(next_variable_++, loop.extent);
    stage.reads.clear();
    stage.values.clear();
    Evaluator evaluator(body_, builder_, positions_,
                        [&](Ref ref, const Position& at, Scalar when) { return read(stage, ref, at, when); });
    evaluator.on_position = [&](const Linear& position) { stage.values.push_back(position); };
    const auto variable_of = [&](std::size_t i) { return stage.loops[i].variable; };
    const Position kept = position_of(stage, 0, stage.kept.size(), positions_, variable_of);
    stage.written = flat_position(positions_, kept, stage.kept);
    if (!stage.fold) {
      stage.cost = count(evaluator.compute(stage.ref, kept));
      return;
    }
    const std::size_t reduced_dims = stage.fold->reduced.size();
    const Position reduced = position_of(stage, stage.kept.size(), reduced_dims, positions_, variable_of);
    const Node& node = body_.node(stage.ref);
    // A product and its sum are one instruction.
    const double term = count(evaluator.term(node, *stage.fold, kept, reduced).value);
    stage.cost = node.op == Op::matmul || node.op == Op::conv ? term : 1 + term;
  }

  std::optional<Scalar> read(Stage& stage, Ref ref, const Position& at, Scalar when) {
    const Node& node = body_.node(ref);
    if (node.op != Op::input && (stages_.of(ref) == kNoStage || node.op == Op::constant)) return std::nullopt;
    const Type& type = body_.type(ref);
    const Linear flat = positions_.plain(flat_position(positions_, at, type.shape()));
    stage.reads.push_back({ref, at, flat});
    if (!buffers_.contains(ref)) buffers_[ref] = builder_.input(type.dtype, type.size());
    return builder_.load(buffers_[ref], index(flat), when);
  }

  Index index(const Linear& flat) { return Evaluator(body_, builder_, positions_, nullptr).index(flat); }

  double count(Scalar root) const {
    std::set<Scalar> seen;
    return count(root, seen);
  }
  double count(Scalar scalar, std::set<Scalar>& seen) const {
    if (!seen.insert(scalar).second) return 0;
    const ScalarExpr& e = builder_.kernel().scalars[scalar];
    double cost = e.kind == ScalarKind::op ? cost_of(e.op) : 0;
    for (const Scalar arg : e.args) cost += count(arg, seen);
    return cost;
  }

  // Cuts the first loop whose variable an access divides, so that the parts are loops of their own.
  bool split(Stage& stage) const {
    for (const Access& access : stage.reads) {
      const bool from_outside = body_.node(access.value).op == Op::input;
      if (split(stage, access.flat, from_outside)) return true;
    }
    return false;
  }
  // What neighbours read the same element of, a few each, need not be cut. Of another stage it is: then the
  // two may share loops.
  bool split(Stage& stage, const Linear& position, bool from_outside) const {
    for (const Term term : position.terms) {
      const AtomInfo& info = positions_.info(term.atom);
      if (split(stage, info.of, from_outside)) return true;
      if (info.kind != AtomKind::quotient && info.kind != AtomKind::remainder) continue;
      if (info.kind == AtomKind::quotient && from_outside && is_small_stretch(info.number)) continue;
      for (std::size_t i = 0; i < stage.loops.size(); ++i)
        if (info.of == stage.loops[i].variable && cut(stage, i, info.number)) return true;
    }
    return false;
  }
  // A transpose reads each line of the cache once for every element in it. In blocks they are still there
  // when they are wanted again.
  static bool block(Stage& stage) {
    constexpr std::int64_t kBlock = 16;
    constexpr std::int64_t kLarge = 64;
    const auto moves = [](const Linear& flat, const LoopAxis& loop) {
      return std::abs(flat.factor(loop.variable.terms[0].atom));
    };
    for (std::size_t i = 0; !stage.fold && i < stage.loops.size(); ++i) {
      if (moves(stage.written, stage.loops[i]) != 1 || stage.loops[i].extent < kLarge) continue;
      for (const Access& access : stage.reads)
        for (const LoopAxis& other : stage.loops)
          if (moves(access.flat, other) == 1 && other.extent >= kBlock &&
              moves(access.flat, stage.loops[i]) >= kBlock && cut(stage, i, kBlock)) {
            stage.loops[i].blocks = true;
            return true;
          }
    }
    return false;
  }
  static bool cut(Stage& stage, std::size_t i, std::int64_t part) {
    LoopAxis& loop = stage.loops[i];
    if (loop.extent % part != 0 || part == loop.extent) return false;
    LoopAxis inner = loop;
    inner.extent = part;
    loop.extent /= part;
    loop.inner *= part;
    stage.loops.insert(stage.loops.begin() + static_cast<std::ptrdiff_t>(i) + 1, inner);
    return true;
  }

  const Graph& body_;
  const Stages& stages_;
  Positions& positions_;
  KernelBuilder builder_;
  std::map<Ref, Buffer> buffers_;
  std::int64_t next_variable_ = 0;
};
}  // namespace

void analyse(const Graph& body, Stages& stages, Positions& positions) {
  Analyser analyser(body, stages, positions);
  for (Stage& stage : stages.list) analyser.run(stage);
}

}  // namespace tenon::codegen
