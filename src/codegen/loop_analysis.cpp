#include "codegen/loop_analysis.h"

#include <algorithm>
#include <limits>

namespace tenon::codegen {

void Bits::add(std::uint32_t number) {
  const std::size_t word = number / 64;
  if (word >= words_.size()) words_.resize(word + 1);
  words_[word] |= std::uint64_t{1} << (number % 64);
}

void Bits::add_all(const Bits& other) {
  if (other.words_.size() > words_.size()) words_.resize(other.words_.size());
  for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

bool Bits::has(std::uint32_t number) const {
  const std::size_t word = number / 64;
  return word < words_.size() && (words_[word] >> (number % 64) & 1);
}

bool Bits::meets(const Bits& other) const {
  const std::size_t common = std::min(words_.size(), other.words_.size());
  for (std::size_t i = 0; i < common; ++i)
    if (words_[i] & other.words_[i]) return true;
  return false;
}

bool Bits::within(const Bits& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (words_[i] & ~(i < other.words_.size() ? other.words_[i] : 0)) return false;
  return true;
}

void Touches::add_all(const Touches& other) {
  variables.add_all(other.variables);
  accumulators.add_all(other.accumulators);
  buffers.add_all(other.buffers);
}

bool Touches::meets(const Touches& other) const {
  return variables.meets(other.variables) || accumulators.meets(other.accumulators) ||
         buffers.meets(other.buffers);
}

Touches touched_by(const Loop& loop) {
  Touches touched;
  touched.variables.add(loop.variable);
  for (const Statement& statement : loop.body) {
    if (statement.loop) touched.add_all(touched_by(*statement.loop));
    if (statement.kind == StatementKind::store) touched.buffers.add(statement.buffer);
    if (statement.accumulator != kNone) touched.accumulators.add(statement.accumulator);
  }
  return touched;
}

namespace {

using Limits = std::numeric_limits<std::int64_t>;

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? Limits::max() : Limits::min();
}

std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a > 0) == (b > 0) ? Limits::max() : Limits::min();
}

void collect_extents(const Loop& loop, std::vector<std::int64_t>& extents) {
  if (loop.variable < extents.size()) extents[loop.variable] = loop.extent;
  for (const Statement& statement : loop.body)
    if (statement.loop) collect_extents(*statement.loop, extents);
}

Range range_of_type(DType type) {
  switch (type) {
    case DType::boolean:
      return {0, 1};
    case DType::u8:
      return {0, 255};
    case DType::i8:
      return {-128, 127};
    case DType::u16:
      return {0, 65535};
    case DType::i16:
      return {-32768, 32767};
    case DType::u32:
      return {0, std::int64_t{0xffffffff}};
    case DType::i32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default:
      return {Limits::min(), Limits::max()};
  }
}

Range remainder_range(Range a, std::int64_t divisor) {
  if (a.low >= 0 && a.high / divisor == a.low / divisor) return {a.low % divisor, a.high % divisor};
  return {0, divisor - 1};
}

Range range_of(const Kernel& kernel, const Analysis& analysis, const IndexExpr& e) {
  const auto at = [&](Index i) { return analysis.ranges[i]; };
  switch (e.kind) {
    case IndexKind::constant:
      return {e.number, e.number};
    case IndexKind::variable:
      return {0, analysis.extents[e.variable] - 1};
    case IndexKind::add:
      return {saturating_add(at(e.a).low, at(e.b).low), saturating_add(at(e.a).high, at(e.b).high)};
    case IndexKind::multiply: {
      const std::int64_t x = saturating_multiply(at(e.a).low, e.number);
      const std::int64_t y = saturating_multiply(at(e.a).high, e.number);
      return {std::min(x, y), std::max(x, y)};
    }
    case IndexKind::divide:
      return {at(e.a).low / e.number, at(e.a).high / e.number};
    case IndexKind::remainder:
      return remainder_range(at(e.a), e.number);
    case IndexKind::clamp:
      return {std::clamp<std::int64_t>(at(e.a).low, 0, e.number - 1),
              std::clamp<std::int64_t>(at(e.a).high, 0, e.number - 1)};
    case IndexKind::scalar:
      return range_of_type(kernel.scalars[e.scalar].type);
  }
  return {};
}

// Indices and scalars refer to each other, so what they read is found by following the references.
class Reads {
 public:
  Reads(const Kernel& kernel, Analysis& analysis)
      : kernel_(kernel),
        analysis_(analysis),
        index_done_(kernel.indices.size()),
        scalar_done_(kernel.scalars.size()) {}

  void run() {
    for (Index i = 0; i < kernel_.indices.size(); ++i) of_index(i);
    for (Scalar s = 0; s < kernel_.scalars.size(); ++s) of_scalar(s);
  }

 private:
  const Touches& of_index(Index i) {
    Touches& reads = analysis_.index_reads[i];
    if (index_done_[i]) return reads;
    index_done_[i] = true;
    const IndexExpr& e = kernel_.indices[i];
    if (e.variable != kNone) reads.variables.add(e.variable);
    if (e.a != kNone) reads.add_all(of_index(e.a));
    if (e.b != kNone) reads.add_all(of_index(e.b));
    if (e.scalar != kNone) reads.add_all(of_scalar(e.scalar));
    return reads;
  }

  const Touches& of_scalar(Scalar s) {
    Touches& reads = analysis_.scalar_reads[s];
    if (scalar_done_[s]) return reads;
    scalar_done_[s] = true;
    const ScalarExpr& e = kernel_.scalars[s];
    if (e.buffer != kNone) reads.buffers.add(e.buffer);
    if (e.accumulator != kNone) reads.accumulators.add(e.accumulator);
    if (e.index != kNone) reads.add_all(of_index(e.index));
    if (e.when != kNone) reads.add_all(of_scalar(e.when));
    for (const Scalar arg : e.args) reads.add_all(of_scalar(arg));
    return reads;
  }

  const Kernel& kernel_;
  Analysis& analysis_;
  std::vector<bool> index_done_;
  std::vector<bool> scalar_done_;
};

}  // namespace

Analysis::Analysis(const Kernel& kernel)
    : extents(kernel.variables, 0), index_reads(kernel.indices.size()), scalar_reads(kernel.scalars.size()) {
  for (const Nest& nest : kernel.nests) collect_extents(nest.root, extents);
  for (const IndexExpr& index : kernel.indices) ranges.push_back(range_of(kernel, *this, index));
  Reads(kernel, *this).run();
}

}  // namespace tenon::codegen
