#include "codegen/interpreter.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>

#include "op/evaluate.h"
#include "tenon/op.h"

namespace tenon::codegen {
namespace {

// Where an access happened: the iteration of each loop that runs its iterations side by side, by the number
// of that run of the loop.
using Lanes = std::map<std::uint64_t, std::int64_t>;

// Whether two accesses may happen in any order.
bool side_by_side(const Lanes& a, const Lanes& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& lane) {
    const auto other = b.find(lane.first);
    return other != b.end() && other->second != lane.second;
  });
}

struct Cell {
  bool written = false;
  Lanes written_in;
  Lanes read_in;
};

struct Memory {
  Tensor elements;
  std::vector<Cell> cells;
};

struct Sum {
  Tensor value;
  std::int64_t position = 0;
  bool fresh = true;
};

class Interpreter {
 public:
  Interpreter(const Kernel& kernel, const std::vector<Tensor>& inputs) : kernel_(kernel) {
    for (std::size_t b = 0; b < kernel.buffers.size(); ++b) {
      const BufferSpec& spec = kernel.buffers[b];
      if (spec.in_place_of != kNone) {
        of_buffer_.push_back(of_buffer_[spec.in_place_of]);
        continue;
      }
      const bool input = spec.role == BufferRole::input;
      of_buffer_.push_back(memory_.size());
      memory_.push_back(
          {input ? inputs[b].clone().reshape({spec.elements}) : Tensor::zeros(spec.dtype, {spec.elements}),
           std::vector<Cell>(static_cast<std::size_t>(spec.elements))});
      for (Cell& cell : memory_.back().cells) cell.written = input;
    }
    sums_.resize(kernel.accumulators.size());
    variables_.resize(kernel.variables);
  }

  std::vector<Tensor> run() {
    for (const Nest& nest : kernel_.nests) {
      // Nests without a barrier between them run side by side.
      if (nest.barrier_before || lanes_.empty()) lanes_ = {{++runs_, 0}};
      ++lanes_.begin()->second;
      run_loop(nest.root, nest.parallel);
    }
    std::vector<Tensor> outputs;
    for (Buffer b = 0; b < kernel_.buffers.size(); ++b) {
      if (kernel_.buffers[b].role != BufferRole::output) continue;
      for (const Cell& cell : memory(b).cells) check(cell.written, "an element of b", b, " is never written");
      outputs.push_back(memory(b).elements);
    }
    return outputs;
  }

 private:
  template <class... Parts>
  void check(bool holds, const Parts&... parts) const {
    if (!holds) throw std::logic_error(cat(parts..., "\n", print(kernel_)));
  }

  Memory& memory(Buffer buffer) { return memory_[of_buffer_[buffer]]; }

  void forget_private_scratch() {
    for (Buffer b = 0; b < kernel_.buffers.size(); ++b)
      if (kernel_.buffers[b].per_thread) memory(b).cells.assign(memory(b).cells.size(), {});
  }
  void run_loop(const Loop& loop, bool parallel) {
    const std::uint64_t run = ++runs_;
    for (std::int64_t i = 0; i < loop.extent; ++i) {
      variables_[loop.variable] = i;
      if (parallel || loop.kind != LoopKind::serial) lanes_[run] = i;
      if (parallel) forget_private_scratch();
      body(loop.body);
    }
    lanes_.erase(run);
  }

  void body(const std::vector<Statement>& statements) {
    for (auto at = statements.begin(); at != statements.end();) {
      if (at->kind == StatementKind::store) {
        at = stores(at, statements.end());
        continue;
      }
      if (at->kind == StatementKind::loop)
        run_loop(*at->loop, false);
      else if (at->kind == StatementKind::reset)
        sums_[at->accumulator] = {};
      else
        accumulate(*at);
      ++at;
    }
  }

  // A run of stores reads all that it needs before it writes.
  using At = std::vector<Statement>::const_iterator;
  At stores(At first, At end) {
    const At last =
        std::find_if(first, end, [](const Statement& s) { return s.kind != StatementKind::store; });
    std::vector<std::optional<std::pair<std::int64_t, Tensor>>> values;
    for (At at = first; at != last; ++at)
      values.push_back(holds(*at) ? std::optional(std::pair(index(at->index), value(at->value)))
                                  : std::nullopt);
    for (At at = first; at != last; ++at)
      if (const auto& write = values[static_cast<std::size_t>(at - first)]) store(at->buffer, *write);
    return last;
  }

  void store(Buffer buffer, const std::pair<std::int64_t, Tensor>& value) {
    Cell& cell = access(buffer, value.first);
    check(!side_by_side(cell.read_in, lanes_) && !(cell.written && side_by_side(cell.written_in, lanes_)),
          "b", buffer, "[", value.first, "] is written beside another use");
    cell.written = true;
    cell.written_in = lanes_;
    const Tensor place = memory(buffer).elements.rows(value.first, value.first + 1);
    std::memcpy(place.raw(), value.second.raw(), place.bytes());
  }

  Cell& access(Buffer buffer, std::int64_t at) {
    check(at >= 0 && at < kernel_.buffers[buffer].elements, "b", buffer, "[", at, "] does not exist");
    return memory(buffer).cells[static_cast<std::size_t>(at)];
  }

  Tensor load(const ScalarExpr& e) {
    if (e.when != kNone && evaluate(e.when).number() == 0) return Tensor::zeros(e.type, {});
    const std::int64_t at = index_now(e.index);
    Cell& cell = access(e.buffer, at);
    check(cell.written, "b", e.buffer, "[", at, "] is read before it is written");
    check(!side_by_side(cell.written_in, lanes_), "b", e.buffer, "[", at, "] is read beside its writing");
    cell.read_in = lanes_;
    return memory(e.buffer).elements.rows(at, at + 1).clone().reshape({});
  }

  // Values, of one statement at a time.

  Tensor value(Scalar scalar) {
    known_.clear();
    return evaluate(scalar);
  }
  std::int64_t index(Index i) {
    known_.clear();
    return index_now(i);
  }

  Tensor evaluate(Scalar scalar) {
    if (const auto found = known_.find(scalar); found != known_.end()) return found->second;
    return known_[scalar] = compute(kernel_.scalars[scalar]);
  }

  Tensor compute(const ScalarExpr& e) {
    switch (e.kind) {
      case ScalarKind::constant:
        return is_float(e.type) ? Tensor::full(e.type, {}, e.number) : Tensor::scalar(e.integer).cast(e.type);
      case ScalarKind::load:
        return load(e);
      case ScalarKind::index:
        return Tensor::scalar(index_now(e.index)).cast(e.type);
      case ScalarKind::accumulator:
        return sum(e.accumulator).value;
      case ScalarKind::position:
        return Tensor::scalar(sum(e.accumulator).position);
      default:
        return op(e);
    }
  }

  const Sum& sum(Acc accumulator) {
    Sum& sum = sums_[accumulator];
    if (sum.fresh) sum.value = neutral(kernel_.accumulators[accumulator]);
    return sum;
  }

  static Tensor neutral(const Accumulator& accumulator) {
    const Op op = accumulator.combine == Combine::sum       ? Op::reduce_sum
                  : accumulator.combine == Combine::product ? Op::reduce_prod
                  : accumulator.combine == Combine::maximum ? Op::reduce_max
                                                            : Op::reduce_min;
    Graph graph;
    const Value empty = graph.input("x", {accumulator.type, {0}});
    const Value result = graph.emit1(op, {empty});
    return evaluate_node(graph.node(result.ref()), std::vector{Tensor::zeros(accumulator.type, {0})})[0];
  }

  Tensor op(const ScalarExpr& e) {
    std::vector<Tensor> args;
    for (const Scalar arg : e.args) args.push_back(evaluate(arg));
    if (e.op == Op::cast) return args[0].cast(e.type);
    return evaluate_node({e.op, {}, {}, {}, {Type{e.type, {}}}, {}}, args)[0];
  }

  static Tensor apply(Op op, const Tensor& a, const Tensor& b, DType dtype) {
    return evaluate_node({op, {}, {}, {}, {Type{dtype, {}}}, {}}, std::vector{a, b})[0];
  }

  bool holds(const Statement& s) { return s.when == kNone || value(s.when).number() != 0; }

  void accumulate(const Statement& s) {
    if (!holds(s)) return;
    const Tensor term = value(s.value);
    Sum& sum = sums_[s.accumulator];
    const Combine combine = kernel_.accumulators[s.accumulator].combine;
    if (combine >= Combine::arg_max) {
      const Op better = combine == Combine::arg_max ? Op::greater : Op::less;
      if (sum.fresh || apply(better, term, sum.value, DType::boolean).number() != 0)
        sum = {term, index(s.index), false};
      return;
    }
    constexpr Op kOps[] = {Op::add, Op::mul, Op::maximum, Op::minimum};
    sum.value =
        sum.fresh ? term : apply(kOps[static_cast<std::size_t>(combine)], sum.value, term, term.dtype());
    sum.fresh = false;
  }

  std::int64_t index_now(Index i) {
    const IndexExpr& e = kernel_.indices[i];
    switch (e.kind) {
      case IndexKind::constant:
        return e.number;
      case IndexKind::variable:
        return variables_[e.variable];
      case IndexKind::add:
        return index_now(e.a) + index_now(e.b);
      case IndexKind::multiply:
        return index_now(e.a) * e.number;
      case IndexKind::divide:
        return not_negative(index_now(e.a)) / e.number;
      case IndexKind::remainder:
        return not_negative(index_now(e.a)) % e.number;
      case IndexKind::clamp:
        return std::clamp<std::int64_t>(index_now(e.a), 0, e.number - 1);
      default:
        return evaluate(e.scalar).cast(DType::i64).as<std::int64_t>()[0];
    }
  }
  std::int64_t not_negative(std::int64_t number) const {
    check(number >= 0, "a negative number is divided");
    return number;
  }

  const Kernel& kernel_;
  std::vector<Memory> memory_;
  std::vector<std::size_t> of_buffer_;
  std::vector<Sum> sums_;
  std::vector<std::int64_t> variables_;
  std::map<Scalar, Tensor> known_;
  Lanes lanes_;
  std::uint64_t runs_ = 0;
};

}  // namespace

std::vector<Tensor> interpret(const Kernel& kernel, const std::vector<Tensor>& inputs) {
  return Interpreter(kernel, inputs).run();
}

}  // namespace tenon::codegen
