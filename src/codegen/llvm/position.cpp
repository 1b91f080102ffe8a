#include "codegen/llvm/position.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace tenon::codegen {

namespace {
std::int64_t floor_to(std::int64_t number, std::int64_t multiple) {
  const std::int64_t rest = number % multiple;
  return number - (rest < 0 ? rest + multiple : rest);
}

std::vector<std::int64_t> key_of(const Position& position) {
  std::vector<std::int64_t> key;
  for (const auto& [atom, factor] : position.terms) {
    key.push_back(static_cast<std::int64_t>(atom));
    key.push_back(factor);
  }
  return key;
}
}  // namespace

bool Position::uniform() const {
  return affine() && std::all_of(strides.begin(), strides.end(), [](std::int64_t s) { return s == 0; });
}

Positions::Positions(Ir& ir, const Kernel& kernel, const Analysis& analysis,
                     const std::vector<LaneDim>& lanes, ValueOf value_of)
    : ir_(ir),
      kernel_(kernel),
      analysis_(analysis),
      lanes_(lanes),
      value_of_(std::move(value_of)),
      variables_(kernel.variables) {}

Position Positions::start(LlvmValue start, std::int64_t multiple, Range range) {
  if (const auto* const constant = llvm::dyn_cast<llvm::ConstantInt>(start))
    return {.constant = constant->getSExtValue(), .range = range};
  return atom(start, branches_.size(), multiple, range);
}

Position Positions::atom(LlvmValue value, std::size_t depth, std::int64_t multiple, Range range) {
  atoms_.push_back({value, depth, multiple, range});
  return {.terms = {{atoms_.size() - 1, 1}}, .range = range};
}

Position Positions::evaluate(Index index) {
  const IndexExpr& e = kernel_.indices[index];
  const Range range = analysis_.ranges[index];
  switch (e.kind) {
    case IndexKind::constant:
      return {.constant = e.number, .range = range};
    case IndexKind::variable: {
      Position position = variables_[e.variable];
      position.range = range;
      return position;
    }
    case IndexKind::add:
      return sum(evaluate(e.a), evaluate(e.b), range);
    case IndexKind::multiply:
      return scaled(evaluate(e.a), e.number, range);
    case IndexKind::divide:
      return divided(evaluate(e.a), e.number, range);
    case IndexKind::remainder:
      return remaining(evaluate(e.a), e.number, range);
    case IndexKind::clamp:
      return clamped(evaluate(e.a), e.number, range);
    case IndexKind::scalar:
      return from_data(e.scalar, range);
  }
  return {};
}

Position Positions::sum(const Position& a, const Position& b, Range range) {
  if (!a.known() || !b.known())
    return by_lane(a, b, range, [&](LlvmValue x, LlvmValue y) { return ir_.b().CreateAdd(x, y); });
  Position result{.constant = a.constant + b.constant, .range = range};
  std::map<std::size_t, std::int64_t> terms(a.terms.begin(), a.terms.end());
  for (const auto& [atom, factor] : b.terms) terms[atom] += factor;
  for (const auto& term : terms)
    if (term.second != 0) result.terms.push_back(term);
  for (std::size_t d = 0; d < std::max(a.strides.size(), b.strides.size()); ++d)
    result.strides.push_back(a.stride(d) + b.stride(d));
  result.pattern = a.pattern.empty() ? b.pattern : a.pattern;
  for (std::size_t lane = 0; !a.pattern.empty() && lane < b.pattern.size(); ++lane)
    result.pattern[lane] += b.pattern[lane];
  return result;
}

Position Positions::scaled(const Position& a, std::int64_t factor, Range range) {
  if (!a.known())
    return by_lane(a, {.constant = factor, .range = {factor, factor}}, range,
                   [&](LlvmValue x, LlvmValue y) { return ir_.b().CreateMul(x, y); });
  Position result{.constant = a.constant * factor, .range = range};
  for (const auto& [atom, old] : a.terms) result.terms.emplace_back(atom, old * factor);
  for (const std::int64_t stride : a.strides) result.strides.push_back(stride * factor);
  for (const std::int64_t step : a.pattern) result.pattern.push_back(step * factor);
  return result;
}

// A position as `whole * divisor + rest`, where the rest has what no factor of the divisor tells apart.
struct Positions::Split {
  Position whole;
  Position rest;
};

Positions::Split Positions::split(const Position& a, std::int64_t divisor) const {
  Split parts;
  const std::int64_t constant = floor_to(a.constant, divisor);
  parts.whole.constant = constant / divisor;
  parts.rest.constant = a.constant - constant;
  for (const auto& [atom, factor] : a.terms) {
    if (factor % divisor == 0)
      parts.whole.terms.emplace_back(atom, factor / divisor);
    else
      parts.rest.terms.emplace_back(atom, factor);
  }
  parts.whole.strides.resize(a.strides.size());
  parts.rest.strides.resize(a.strides.size());
  for (std::size_t d = 0; d < a.strides.size(); ++d) {
    if (a.strides[d] % divisor == 0)
      parts.whole.strides[d] = a.strides[d] / divisor;
    else
      parts.rest.strides[d] = a.strides[d];
  }
  parts.rest.range = range_of(parts.rest);
  return parts;
}

// The rest's lanes and constant lie inside one multiple of what its terms are multiples of: then the terms
// alone decide the quotient, once for all lanes.
Position Positions::divided(const Position& a, std::int64_t divisor, Range range) {
  if (a.affine()) {
    auto [whole, rest] = split(a, divisor);
    whole.range = range;
    if (rest.range.low >= 0 && rest.range.high < divisor) return whole;
    const std::int64_t multiple = std::gcd(multiple_of(rest), divisor);
    const Range lanes = range_of({.constant = rest.constant, .strides = rest.strides});
    if (rest.range.low >= 0 && lanes.low >= 0 && lanes.high < multiple)
      return sum(whole, quotient_atom({.terms = rest.terms, .range = rest.range}, divisor, false), range);
    if (rest.uniform() && rest.range.low >= 0) return sum(whole, quotient_atom(rest, divisor, false), range);
  }
  if (auto position = by_pattern(a, divisor, false, range)) return *position;
  return by_lane(a, {.constant = divisor, .range = {divisor, divisor}}, range,
                 [&](LlvmValue x, LlvmValue y) { return ir_.b().CreateUDiv(x, y); });
}

Position Positions::remaining(const Position& a, std::int64_t divisor, Range range) {
  if (a.affine()) {
    Position rest = split(a, divisor).rest;
    if (rest.range.low >= 0 && rest.range.high < divisor) return rest;
    const std::int64_t multiple = std::gcd(multiple_of(rest), divisor);
    const Position lanes{.constant = rest.constant, .strides = rest.strides};
    const Range lane_range = range_of(lanes);
    if (rest.range.low >= 0 && lane_range.low >= 0 && lane_range.high < multiple)
      return sum(quotient_atom({.terms = rest.terms, .range = rest.range}, divisor, true), lanes, range);
    if (rest.uniform() && rest.range.low >= 0) return quotient_atom(rest, divisor, true);
  }
  if (auto position = by_pattern(a, divisor, true, range)) return *position;
  return by_lane(a, {.constant = divisor, .range = {divisor, divisor}}, range,
                 [&](LlvmValue x, LlvmValue y) { return ir_.b().CreateURem(x, y); });
}

// Where the divisor divides the terms, what is left is a number for each lane that is known now.
std::optional<Position> Positions::by_pattern(const Position& a, std::int64_t divisor, bool remainder,
                                              Range range) {
  const auto vector = vector_dim();
  if (!vector || !a.known()) return std::nullopt;
  Position scalars{.terms = a.terms, .strides = a.strides};
  if (*vector < scalars.strides.size()) scalars.strides[*vector] = 0;
  auto [whole, rest] = split(scalars, divisor);
  const bool alike = std::all_of(rest.strides.begin(), rest.strides.end(), [](auto s) { return s == 0; });
  if (!alike || rest.range.low < 0 || multiple_of(rest) % divisor != 0) return std::nullopt;
  Position result = remainder || rest.terms.empty()
                        ? Position{}
                        : quotient_atom({.terms = rest.terms, .range = rest.range}, divisor, false);
  if (!remainder) result = sum(result, whole, range);
  const LaneDim& lanes = lanes_[*vector];
  for (int lane = 0; lane < lanes.copies * lanes.width; ++lane) {
    const std::int64_t step = a.pattern.empty() ? 0 : a.pattern[static_cast<std::size_t>(lane)];
    const std::int64_t number = a.constant + a.stride(*vector) * lane + step;
    if (number < 0) return std::nullopt;
    result.pattern.push_back(remainder ? number % divisor : number / divisor);
  }
  result.range = range;
  return result;
}

Position Positions::quotient_atom(const Position& a, std::int64_t divisor, bool remainder) {
  auto key = key_of(a);
  key.push_back(a.constant);
  key.push_back(divisor);
  const auto known = quotients_.find({key, remainder});
  if (known != quotients_.end()) return {.terms = {{known->second, 1}}, .range = atoms_[known->second].range};
  const LlvmValue terms = base(a);
  const std::size_t depth = depth_of(a);
  const LlvmValue value = at_depth(depth, [&] {
    const LlvmValue dividend = added(terms, ir_.i64(a.constant));
    return remainder ? ir_.b().CreateURem(dividend, ir_.i64(divisor))
                     : ir_.b().CreateUDiv(dividend, ir_.i64(divisor));
  });
  const std::int64_t multiple = std::gcd(multiple_of(a), a.constant);
  const Range range =
      remainder ? Range{0, divisor - 1} : Range{a.range.low / divisor, a.range.high / divisor};
  const Position result = atom(value, depth, remainder ? std::gcd(multiple, divisor) : 1, range);
  quotients_[{key, remainder}] = result.terms[0].first;
  return result;
}

Position Positions::clamped(const Position& a, std::int64_t bound, Range range) {
  if (a.range.low >= 0 && a.range.high < bound) return a;
  return by_lane(a, {.range = {0, bound - 1}}, range, [&](LlvmValue x, LlvmValue) {
    const auto limit = [&](std::int64_t number) {
      return llvm::ConstantInt::getSigned(x->getType(), number);
    };
    const LlvmValue positive = ir_.b().CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, limit(0));
    return ir_.b().CreateBinaryIntrinsic(llvm::Intrinsic::smin, positive, limit(bound - 1));
  });
}

Position Positions::from_data(Scalar scalar, Range range) {
  const Bundle& values = value_of_(scalar);
  const bool natural = is_unsigned_int(kernel_.scalars[scalar].type);
  if (values.values.size() == 1 && Ir::width(values.values[0]) == 1) return data_atom(values, natural, range);
  llvm::Type* const integer = type_for(range);
  return {.spread = bundle(values.counts,
                           [&](const Copy& copy) {
                             const LlvmValue value = values.at(copy);
                             llvm::Type* const type = Ir::vector(integer, Ir::width(value));
                             return natural ? ir_.b().CreateZExtOrTrunc(value, type)
                                            : ir_.b().CreateSExtOrTrunc(value, type);
                           }),
          .range = range};
}

Position Positions::data_atom(const Bundle& value, bool natural, Range range) {
  const auto [known, added] = data_.emplace(value.values[0], atoms_.size());
  if (!added) return {.terms = {{known->second, 1}}, .range = range};
  llvm::Type* const i64 = ir_.b().getInt64Ty();
  const LlvmValue wide = at_depth(value.depth, [&] {
    return natural ? ir_.b().CreateZExt(value.values[0], i64) : ir_.b().CreateSExt(value.values[0], i64);
  });
  return atom(wide, value.depth, 1, range);
}

// f on the numbers of each lane, of a type that holds operands and result.
template <class F>
Position Positions::by_lane(const Position& a, const Position& b, Range range, F&& f) {
  const Range all{std::min({a.range.low, b.range.low, range.low}),
                  std::max({a.range.high, b.range.high, range.high})};
  llvm::Type* const integer = type_for(all);
  const Bundle x = spread(a);
  const Bundle y = spread(b);
  return {.spread = bundle(merged(x.counts, y.counts),
                           [&](const Copy& copy) {
                             const LlvmValue left = resized(x.at(copy), integer);
                             const LlvmValue right = resized(y.at(copy), integer);
                             const int width = std::max(Ir::width(left), Ir::width(right));
                             return resized(f(ir_.splat(left, width), ir_.splat(right, width)),
                                            type_for(range));
                           }),
          .range = range};
}

Bundle Positions::spread(const Position& position) {
  if (!position.known()) return position.spread;
  llvm::Type* const integer = type_for(position.range);
  const auto vector = vector_dim();
  const bool one_for_all = position.pattern.empty() && (!vector || position.stride(*vector) == 0);
  const LlvmValue terms = resized(base(position), integer);
  return bundle(counts(position), [&](const Copy& copy) -> LlvmValue {
    if (one_for_all) return added(terms, llvm::ConstantInt::getSigned(integer, offset(position, copy)));
    std::vector<llvm::Constant*> lanes;
    for (int lane = 0; lane < lanes_[*vector].width; ++lane)
      lanes.push_back(llvm::ConstantInt::getSigned(integer, offset(position, copy, lane)));
    return added(ir_.splat(terms, lanes_[*vector].width), llvm::ConstantVector::get(lanes));
  });
}

std::optional<std::size_t> Positions::vector_dim() const {
  for (std::size_t d = 0; d < lanes_.size(); ++d)
    if (lanes_[d].width > 1) return d;
  return std::nullopt;
}

Counts Positions::counts(const Position& position) const {
  if (!position.known()) return position.spread.counts;
  Counts counts;
  for (std::size_t d = 0; d < position.strides.size(); ++d)
    counts.push_back(position.strides[d] == 0 ? 1 : lanes_[d].copies);
  if (position.pattern.empty()) return counts;
  counts.resize(std::max(counts.size(), *vector_dim() + 1), 1);
  counts[*vector_dim()] = lanes_[*vector_dim()].copies;
  return counts;
}

std::int64_t Positions::offset(const Position& position, const Copy& copy, int lane) const {
  const std::size_t vector = *vector_dim();
  const int place = (vector < copy.size() ? copy[vector] * lanes_[vector].width : 0) + lane;
  return offset(position, copy) + position.stride(vector) * lane +
         (position.pattern.empty() ? 0 : position.pattern[static_cast<std::size_t>(place)]);
}

std::int64_t Positions::offset(const Position& position, const Copy& copy) const {
  std::int64_t offset = position.constant;
  for (std::size_t d = 0; d < position.strides.size() && d < copy.size(); ++d)
    offset += position.strides[d] * copy[d] * lanes_[d].width;
  return offset;
}

Range Positions::range_of(const Position& a) const {
  Range range{a.constant, a.constant};
  const auto extend = [&](std::int64_t low, std::int64_t high, std::int64_t factor) {
    range.low += factor > 0 ? low * factor : high * factor;
    range.high += factor > 0 ? high * factor : low * factor;
  };
  for (const auto& [atom, factor] : a.terms) extend(atoms_[atom].range.low, atoms_[atom].range.high, factor);
  for (std::size_t d = 0; d < a.strides.size(); ++d)
    extend(0, lanes_[d].copies * lanes_[d].width - 1, a.strides[d]);
  if (a.pattern.empty()) return range;
  const auto [low, high] = std::minmax_element(a.pattern.begin(), a.pattern.end());
  return {range.low + *low, range.high + *high};
}

std::int64_t Positions::multiple_of(const Position& a) const {
  std::int64_t multiple = 0;
  for (const auto& [atom, factor] : a.terms) multiple = std::gcd(multiple, atoms_[atom].multiple * factor);
  return multiple;
}

std::size_t Positions::depth_of(const Position& a) const {
  std::size_t depth = 0;
  for (const auto& [atom, factor] : a.terms) depth = std::max(depth, atoms_[atom].depth);
  return depth;
}

// The sum of the terms, outer loops first, each partial sum where it belongs and made once.
LlvmValue Positions::base(const Position& position) {
  auto terms = position.terms;
  std::stable_sort(terms.begin(), terms.end(), [&](const auto& a, const auto& b) {
    return atoms_[a.first].depth < atoms_[b.first].depth;
  });
  LlvmValue sum = ir_.i64(0);
  std::vector<std::int64_t> key;
  for (const auto& [atom, factor] : terms) {
    key.push_back(static_cast<std::int64_t>(atom));
    key.push_back(factor);
    LlvmValue& known = sums_[key];
    if (!known)
      known = at_depth(atoms_[atom].depth, [&, number = atom, times = factor] {
        const LlvmValue value = atoms_[number].value;
        const LlvmValue term = times == 1 ? value : ir_.b().CreateMul(value, ir_.i64(times));
        return added(sum, term);
      });
    sum = known;
  }
  return sum;
}

template <class F>
LlvmValue Positions::at_depth(std::size_t depth, F&& make) {
  if (depth >= branches_.size()) return make();
  const llvm::IRBuilder<>::InsertPointGuard guard(ir_.b());
  ir_.b().SetInsertPoint(branches_[depth]);
  return make();
}

llvm::Type* Positions::type_for(Range range) {
  using Limits = std::numeric_limits<std::int32_t>;
  const bool narrow = range.low >= Limits::min() && range.high <= Limits::max();
  return narrow ? ir_.b().getInt32Ty() : ir_.b().getInt64Ty();
}

LlvmValue Positions::added(LlvmValue a, LlvmValue b) {
  const auto zero = [](LlvmValue value) {
    const auto* const constant = llvm::dyn_cast<llvm::Constant>(value);
    return constant && constant->isNullValue();
  };
  return zero(a) ? b : zero(b) ? a : ir_.b().CreateAdd(a, b);
}

LlvmValue Positions::resized(LlvmValue value, llvm::Type* integer) {
  return ir_.b().CreateSExtOrTrunc(value, Ir::vector(integer, Ir::width(value)));
}

}  // namespace tenon::codegen
