// Writes a kernel from the outside in. Equal expressions become one and constants fold on the way, so that
// what a printer evaluates once is one number.
#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "codegen/loop.h"

namespace tenon::codegen {

class KernelBuilder {
 public:
  explicit KernelBuilder(std::string name) { kernel_.name = std::move(name); }

  // Inputs first, then outputs, then scratch.
  Buffer input(DType dtype, std::int64_t elements);
  Buffer output(DType dtype, std::int64_t elements, Buffer in_place_of = kNone);
  Buffer scratch(DType dtype, std::int64_t elements, bool per_thread = false);

  Index constant(std::int64_t number);
  Index variable(Var variable);
  Index add(Index a, Index b);
  Index multiply(Index a, std::int64_t factor);
  Index divide(Index a, std::int64_t divisor);
  Index remainder(Index a, std::int64_t divisor);
  Index clamp(Index a, std::int64_t bound);  // to [0, bound)
  Index value_of(Scalar scalar);             // a position that is data
  // offset + Σ variable · stride
  Index affine(std::initializer_list<std::pair<Var, std::int64_t>> terms, std::int64_t offset = 0);

  Scalar number(DType dtype, double value);         // of a float type
  Scalar integer(DType dtype, std::int64_t value);  // of an integer type or bool
  Scalar load(Buffer buffer, Index index, Scalar when = kNone);
  Scalar position(Index index, DType dtype = DType::i64);  // an index as a value
  Scalar op(Op op, DType dtype, std::vector<Scalar> args);
  Scalar cast(Scalar value, DType dtype);  // the value itself where it has that type
  Scalar read(Acc accumulator);
  Scalar read_position(Acc accumulator);  // of an arg_max or arg_min
  DType type_of(Scalar value) const { return kernel_.scalars[value].type; }

  Acc accumulator(Combine combine, DType dtype);
  void reset(Acc accumulator, Scalar start = kNone);
  void accumulate(Acc accumulator, Scalar value, Index position = kNone, Scalar when = kNone);
  void store(Buffer buffer, Index index, Scalar value, Scalar when = kNone);

  // A loop whose statements `body(variable)` writes; one that stands in no other is the root of a nest.
  template <std::invocable<Var> Body>
  void loop(std::int64_t extent, LoopKind kind, int unroll, Body&& body) {
    begin_loop(extent, kind, unroll);
    body(open_.back().variable);
    end_loop();
  }
  template <std::invocable<Var> Body>
  void loop(std::int64_t extent, Body&& body) {
    loop(extent, LoopKind::serial, 1, std::forward<Body>(body));
  }
  // The same in two calls, for who cannot nest lambdas.
  Var begin_loop(std::int64_t extent, LoopKind kind = LoopKind::serial, int unroll = 1);
  void end_loop();

  Nest& last_nest() { return kernel_.nests.back(); }
  const Kernel& kernel() const { return kernel_; }
  Kernel finish();  // verified

 private:
  using IndexKey = std::tuple<IndexKind, std::int64_t, Var, Index, Index, Scalar>;
  using ScalarKey = std::tuple<ScalarKind, DType, std::uint64_t, std::int64_t, Buffer, Index, Scalar, Op,
                               std::vector<Scalar>, Acc>;

  Buffer buffer(BufferSpec spec);
  Index intern(const IndexExpr& expr);
  Scalar intern(const ScalarExpr& expr);
  bool is_constant(Index index) const { return kernel_.indices[index].kind == IndexKind::constant; }
  std::int64_t number_of(Index index) const { return kernel_.indices[index].number; }
  void append(Statement statement) { open_.back().body.push_back(std::move(statement)); }

  Kernel kernel_;
  std::vector<Loop> open_;
  std::map<IndexKey, Index> index_numbers_;
  std::map<ScalarKey, Scalar> scalar_numbers_;
};

}  // namespace tenon::codegen
