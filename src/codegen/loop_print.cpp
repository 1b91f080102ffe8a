#include <string>
#include <string_view>
#include <vector>

#include "codegen/loop.h"
#include "ir/op_table.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

std::string_view name_of(Combine combine) {
  constexpr std::string_view kNames[] = {"+=", "*=", "max=", "min=", "argmax=", "argmin="};
  return kNames[static_cast<std::size_t>(combine)];
}

std::string_view name_of(BufferRole role) {
  constexpr std::string_view kNames[] = {"input", "output", "scratch"};
  return kNames[static_cast<std::size_t>(role)];
}

class Printer {
 public:
  explicit Printer(const Kernel& kernel) : kernel_(kernel), uses_(kernel.scalars.size(), 0) {
    for (const ScalarExpr& scalar : kernel.scalars)
      for (const Scalar arg : scalar.args) ++uses_[arg];
    for (const Nest& nest : kernel.nests) count_uses(nest.root);
  }

  std::string run() {
    line("kernel ", kernel_.name);
    ++depth_;
    for (Buffer b = 0; b < kernel_.buffers.size(); ++b) buffer(b);
    for (Scalar s = 0; s < kernel_.scalars.size(); ++s)
      if (named(s)) line("s", s, " = ", expression(kernel_.scalars[s]));
    for (const Nest& nest : kernel_.nests) this->nest(nest);
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void line(const Parts&... parts) {
    out_ += std::string(2 * depth_, ' ') + cat(parts...) + '\n';
  }

  void count_uses(const Loop& loop) {
    for (const Statement& statement : loop.body) {
      if (statement.loop) count_uses(*statement.loop);
      for (const Scalar s : {statement.value, statement.when})
        if (s != kNone) ++uses_[s];
    }
  }

  // What is used in several places is written once, above the nests.
  bool named(Scalar s) const { return uses_[s] > 1 && kernel_.scalars[s].kind == ScalarKind::op; }

  void buffer(Buffer b) {
    const BufferSpec& spec = kernel_.buffers[b];
    line("b", b, ": ", name_of(spec.role), ' ', spec.dtype, '[', spec.elements, ']',
         spec.in_place_of == kNone ? std::string() : cat(" in place of b", spec.in_place_of),
         spec.per_thread ? ", one a thread" : "");
  }

  void nest(const Nest& nest) {
    line("nest", nest.parallel ? cat(" parallel by ", nest.grain) : std::string(),
         nest.barrier_before ? "" : ", no barrier");
    ++depth_;
    loop(nest.root);
    --depth_;
  }

  void loop(const Loop& loop) {
    constexpr std::string_view kKinds[] = {"serial", "lanes", "vector"};
    const bool plain = loop.kind == LoopKind::serial && loop.unroll == 1;
    line("for v", loop.variable, " in ", loop.extent,
         plain ? std::string() : cat(' ', kKinds[static_cast<int>(loop.kind)], '(', loop.unroll, ')'));
    ++depth_;
    for (const Statement& statement : loop.body) this->statement(statement);
    --depth_;
  }

  void statement(const Statement& s) {
    const std::string condition = s.when == kNone ? std::string() : cat(" when ", scalar(s.when));
    switch (s.kind) {
      case StatementKind::loop:
        return loop(*s.loop);
      case StatementKind::reset:
        return line("reset a", s.accumulator, s.value == kNone ? std::string() : " to " + scalar(s.value));
      case StatementKind::accumulate:
        return line("a", s.accumulator, ' ', name_of(kernel_.accumulators[s.accumulator].combine), ' ',
                    scalar(s.value), s.index == kNone ? std::string() : " at " + index(s.index), condition);
      case StatementKind::store:
        return line("b", s.buffer, '[', index(s.index), "] = ", scalar(s.value), condition);
    }
  }

  std::string index(Index i) const {
    const IndexExpr& e = kernel_.indices[i];
    switch (e.kind) {
      case IndexKind::constant:
        return cat(e.number);
      case IndexKind::variable:
        return cat('v', e.variable);
      case IndexKind::add:
        return cat(index(e.a), " + ", index(e.b));
      case IndexKind::multiply:
        return cat(part(e.a), '*', e.number);
      case IndexKind::divide:
        return cat(part(e.a), '/', e.number);
      case IndexKind::remainder:
        return cat(part(e.a), '%', e.number);
      case IndexKind::clamp:
        return cat("clamp(", index(e.a), ", ", e.number, ')');
      case IndexKind::scalar:
        return scalar(e.scalar);
    }
    return {};
  }

  std::string part(Index i) const {
    return kernel_.indices[i].kind == IndexKind::add ? cat('(', index(i), ')') : index(i);
  }

  std::string scalar(Scalar s) const { return named(s) ? cat('s', s) : expression(kernel_.scalars[s]); }

  std::string expression(const ScalarExpr& e) const {
    switch (e.kind) {
      case ScalarKind::constant:
        return cat(e.type, '(', is_float(e.type) ? cat(e.number) : cat(e.integer), ')');
      case ScalarKind::load:
        return cat('b', e.buffer, '[', index(e.index), ']',
                   e.when == kNone ? std::string() : cat(" when ", scalar(e.when)));
      case ScalarKind::index:
        return cat(e.type, '(', index(e.index), ')');
      case ScalarKind::op:
        return operation(e);
      case ScalarKind::accumulator:
        return cat('a', e.accumulator);
      case ScalarKind::position:
        return cat("position of a", e.accumulator);
    }
    return {};
  }

  std::string operation(const ScalarExpr& e) const {
    std::string text = e.op == Op::cast ? to_string(e.type) : std::string(builtin_name(e.op));
    for (std::size_t i = 0; i < e.args.size(); ++i) text += (i ? ", " : "(") + scalar(e.args[i]);
    return text + ')';
  }

  const Kernel& kernel_;
  std::vector<int> uses_;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string print(const Kernel& kernel) { return Printer(kernel).run(); }

}  // namespace tenon::codegen
