#include "pass/lower_precision.h"

#include <algorithm>
#include <map>

#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
constexpr DType kNarrow = DType::bf16;

bool is_wide(const Type& type) { return type.dtype == DType::f32; }

// Whether rounding leaves a number as it is.
bool is_kept(double value) { return static_cast<double>(bfloat16_value(bfloat16_bits(value))) == value; }

class Lowering {
 public:
  Lowering(const Graph& from, const std::function<bool(const Node&)>& chosen)
      : from_(from), lowered_(from.nodes().size()), uses_(from.nodes().size()) {
    for (std::uint32_t id = 0; id < lowered_.size(); ++id) {
      lowered_[id] = can_be_lowered(node(id)) && chosen(node(id));
      uses_[id].resize(node(id).results.size());
    }
    find_uses();
  }

  Graph run() {
    std::uint32_t id = 0;
    return Rewrite::apply(from_, [&](Rewrite& rewrite, const Node&, std::span<const Value> in) {
      return visit(rewrite, id++, in);
    });
  }

 private:
  using Results = std::optional<std::vector<Value>>;

  // How the results of a node are read.
  struct Use {
    bool wide = false;                       // by someone who wants it as it is
    bool leaves = false;                     // as an output or an update
    bool image = false;                      // by a convolution that wants it narrow
    std::uint32_t contraction = Ref::kNone;  // the first that wants it narrow, at once or through movement
    bool narrow() const { return contraction != Ref::kNone && !leaves && (image || !wide); }
  };

  const Node& node(std::uint32_t id) const { return from_.nodes()[id]; }
  Use& use_of(Ref ref) { return uses_[ref.node][ref.result]; }

  bool can_be_lowered(const Node& node) const {
    const bool contracts = node.op == Op::conv || node.op == Op::matmul;
    return contracts && is_wide(node.results[0]) &&
           std::ranges::all_of(node.inputs, [&](Ref input) { return is_wide(from_.type(input)); });
  }

  // Whether a node gives the same where its first result is rounded as where its inputs are.
  bool commutes(std::uint32_t id) const {
    switch (node(id).op) {
      case Op::reshape:
      case Op::transpose:
      case Op::slice:
      case Op::concat:
      case Op::broadcast_to:
      case Op::reverse:
        return true;
      case Op::pad:
        return is_kept(node(id).attrs.number("value"));
      case Op::max_pool:
        return !uses_[id][1].wide &&
               !uses_[id][1].leaves;  // equal after rounding, another may be the first of the largest
      default:
        return false;
    }
  }

  void find_uses() {
    for (const NamedRef& output : from_.outputs()) use_of(output.ref).leaves = true;
    for (const NamedRef& update : from_.updates()) use_of(update.ref).leaves = true;
    for (std::uint32_t id = static_cast<std::uint32_t>(from_.nodes().size()); id-- > 0;) {
      const std::uint32_t contraction = wanted_narrow_by(id);
      for (const Ref input : node(id).inputs) {
        Use& use = use_of(input);
        if (contraction == Ref::kNone) {
          use.wide = true;
        } else {
          use.contraction = contraction;
          use.image |= node(contraction).op == Op::conv;
        }
      }
    }
  }

  // The contraction for which a node reads its inputs narrow.
  std::uint32_t wanted_narrow_by(std::uint32_t id) const {
    if (lowered_[id]) return id;
    const bool passes_on = !node(id).results.empty() && uses_[id][0].narrow() && commutes(id);
    return passes_on ? uses_[id][0].contraction : Ref::kNone;
  }

  Results visit(Rewrite& rewrite, std::uint32_t id, std::span<const Value> in) {
    if (wanted_narrow_by(id) != Ref::kNone) return read_narrow(rewrite, id, in);
    std::vector<Value> operands;
    for (std::size_t i = 0; i < in.size(); ++i) operands.push_back(widened(in[i], node(id).inputs[i]));
    std::vector<Value> results = rewrite.copy(node(id), operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      if (uses_[id][i].narrow()) results[i] = narrowed(rewrite, results[i], uses_[id][i].contraction);
    return results;
  }

  Results read_narrow(Rewrite& rewrite, std::uint32_t id, std::span<const Value> in) {
    std::vector<Value> operands;
    for (const Value& input : in) operands.push_back(narrowed(rewrite, input, wanted_narrow_by(id)));
    if (!lowered_[id]) return rewrite.copy(node(id), operands);
    Node wide_sums = node(id);
    wide_sums.attrs.set("result", DType::f32);
    std::vector<Value> results = rewrite.copy(wide_sums, operands);
    if (uses_[id][0].narrow()) results[0] = narrowed(rewrite, results[0], uses_[id][0].contraction);
    return results;
  }

  // The same for all readers, written as part of the layer that wants it.
  Value narrowed(Rewrite& rewrite, Value value, std::uint32_t contraction) {
    if (value.dtype() == kNarrow) return value;
    Value& known = narrow_[value.ref()];
    if (known.defined()) return known;
    Graph& to = rewrite.to();
    const std::string label = to.label();
    to.set_label(node(contraction).label);
    const Node& maker = node_of(value);
    known = maker.op == Op::constant ? to.constant(maker.attrs.tensor("value").cast(kNarrow))
                                     : cast(value, kNarrow);
    to.set_label(label);
    return known;
  }

  // For a reader that wants it as it is, of what was rounded for others.
  Value widened(Value value, Ref before) {
    if (value.dtype() != kNarrow || !is_wide(from_.type(before))) return value;
    Value& known = wide_[value.ref()];
    if (!known.defined()) known = cast(value, DType::f32);
    return known;
  }

  const Graph& from_;
  std::vector<bool> lowered_;
  std::vector<std::vector<Use>> uses_;  // by node, then by result
  std::map<Ref, Value> narrow_;         // by the wide value, of the new graph
  std::map<Ref, Value> wide_;           // by the narrow one
};
}  // namespace

Graph lower_precision(const Graph& typed, const std::function<bool(const Node&)>& chosen) {
  return Lowering(typed, chosen).run();
}

}  // namespace tenon
