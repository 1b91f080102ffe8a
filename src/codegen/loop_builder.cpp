#include "codegen/loop_builder.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace tenon::codegen {

Buffer KernelBuilder::buffer(BufferSpec spec) {
  kernel_.buffers.push_back(spec);
  return static_cast<Buffer>(kernel_.buffers.size() - 1);
}

Buffer KernelBuilder::input(DType dtype, std::int64_t elements) {
  return buffer({dtype, BufferRole::input, elements});
}

Buffer KernelBuilder::output(DType dtype, std::int64_t elements, Buffer in_place_of) {
  return buffer({dtype, BufferRole::output, elements, in_place_of});
}

Buffer KernelBuilder::scratch(DType dtype, std::int64_t elements, bool per_thread) {
  return buffer(
      {.dtype = dtype, .role = BufferRole::scratch, .elements = elements, .per_thread = per_thread});
}

Index KernelBuilder::intern(const IndexExpr& expr) {
  const auto next = static_cast<Index>(kernel_.indices.size());
  const auto [place, added] = index_numbers_.emplace(
      IndexKey{expr.kind, expr.number, expr.variable, expr.a, expr.b, expr.scalar}, next);
  if (added) kernel_.indices.push_back(expr);
  return place->second;
}

Index KernelBuilder::constant(std::int64_t number) {
  return intern(IndexExpr{.kind = IndexKind::constant, .number = number});
}

Index KernelBuilder::variable(Var variable) {
  return intern(IndexExpr{.kind = IndexKind::variable, .variable = variable});
}

Index KernelBuilder::add(Index a, Index b) {
  if (is_constant(a)) std::swap(a, b);
  if (is_constant(b) && number_of(b) == 0) return a;
  if (is_constant(a) && is_constant(b)) return constant(number_of(a) + number_of(b));
  return intern(IndexExpr{.kind = IndexKind::add, .a = a, .b = b});
}

Index KernelBuilder::multiply(Index a, std::int64_t factor) {
  if (factor == 1) return a;
  if (factor == 0) return constant(0);
  if (is_constant(a)) return constant(number_of(a) * factor);
  return intern(IndexExpr{.kind = IndexKind::multiply, .number = factor, .a = a});
}

Index KernelBuilder::divide(Index a, std::int64_t divisor) {
  if (divisor == 1) return a;
  if (is_constant(a)) return constant(number_of(a) / divisor);
  return intern(IndexExpr{.kind = IndexKind::divide, .number = divisor, .a = a});
}

Index KernelBuilder::remainder(Index a, std::int64_t divisor) {
  if (divisor == 1) return constant(0);
  if (is_constant(a)) return constant(number_of(a) % divisor);
  return intern(IndexExpr{.kind = IndexKind::remainder, .number = divisor, .a = a});
}

Index KernelBuilder::clamp(Index a, std::int64_t bound) {
  if (is_constant(a)) return constant(std::clamp<std::int64_t>(number_of(a), 0, bound - 1));
  return intern(IndexExpr{.kind = IndexKind::clamp, .number = bound, .a = a});
}

Index KernelBuilder::value_of(Scalar scalar) {
  return intern(IndexExpr{.kind = IndexKind::scalar, .scalar = scalar});
}

Index KernelBuilder::affine(std::initializer_list<std::pair<Var, std::int64_t>> terms, std::int64_t offset) {
  Index sum = constant(offset);
  for (const auto& [term, stride] : terms) sum = add(sum, multiply(variable(term), stride));
  return sum;
}

Scalar KernelBuilder::intern(const ScalarExpr& expr) {
  const auto next = static_cast<Scalar>(kernel_.scalars.size());
  const auto [place, added] = scalar_numbers_.emplace(
      ScalarKey{expr.kind, expr.type, std::bit_cast<std::uint64_t>(expr.number), expr.integer, expr.buffer,
                expr.index, expr.when, expr.op, expr.args, expr.accumulator},
      next);
  if (added) kernel_.scalars.push_back(expr);
  return place->second;
}

Scalar KernelBuilder::number(DType dtype, double value) {
  return intern(ScalarExpr{.kind = ScalarKind::constant, .type = dtype, .number = value});
}

Scalar KernelBuilder::integer(DType dtype, std::int64_t value) {
  return intern(ScalarExpr{.kind = ScalarKind::constant, .type = dtype, .integer = value});
}

Scalar KernelBuilder::load(Buffer buffer, Index index, Scalar when) {
  const DType dtype = kernel_.buffers[buffer].dtype;
  return intern(
      ScalarExpr{.kind = ScalarKind::load, .type = dtype, .buffer = buffer, .index = index, .when = when});
}

Scalar KernelBuilder::position(Index index, DType dtype) {
  return intern(ScalarExpr{.kind = ScalarKind::index, .type = dtype, .index = index});
}

Scalar KernelBuilder::op(Op op, DType dtype, std::vector<Scalar> args) {
  return intern(ScalarExpr{.kind = ScalarKind::op, .type = dtype, .op = op, .args = std::move(args)});
}

Scalar KernelBuilder::cast(Scalar value, DType dtype) {
  return type_of(value) == dtype ? value : op(Op::cast, dtype, {value});
}

Scalar KernelBuilder::read(Acc accumulator) {
  return intern(ScalarExpr{.kind = ScalarKind::accumulator,
                           .type = kernel_.accumulators[accumulator].type,
                           .accumulator = accumulator});
}

Scalar KernelBuilder::read_position(Acc accumulator) {
  return intern(ScalarExpr{.kind = ScalarKind::position, .type = DType::i64, .accumulator = accumulator});
}

Acc KernelBuilder::accumulator(Combine combine, DType dtype) {
  kernel_.accumulators.push_back({combine, dtype});
  return static_cast<Acc>(kernel_.accumulators.size() - 1);
}

void KernelBuilder::reset(Acc accumulator, Scalar start) {
  append({.kind = StatementKind::reset, .accumulator = accumulator, .value = start});
}

void KernelBuilder::accumulate(Acc accumulator, Scalar value, Index position, Scalar when) {
  append({.kind = StatementKind::accumulate,
          .accumulator = accumulator,
          .value = value,
          .index = position,
          .when = when});
}

void KernelBuilder::store(Buffer buffer, Index index, Scalar value, Scalar when) {
  append({.kind = StatementKind::store, .value = value, .index = index, .buffer = buffer, .when = when});
}

Var KernelBuilder::begin_loop(std::int64_t extent, LoopKind kind, int unroll) {
  open_.push_back(
      {.variable = kernel_.variables++, .extent = extent, .kind = kind, .unroll = unroll, .body = {}});
  return open_.back().variable;
}

void KernelBuilder::end_loop() {
  Loop loop = std::move(open_.back());
  open_.pop_back();
  if (open_.empty())
    kernel_.nests.push_back({.root = std::move(loop)});
  else
    append({.kind = StatementKind::loop, .loop = std::make_shared<const Loop>(std::move(loop))});
}

Kernel KernelBuilder::finish() {
  verify(kernel_);
  return std::move(kernel_);
}

}  // namespace tenon::codegen
