#include "codegen/lower_index.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <tuple>

namespace tenon::codegen {

namespace {
std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Terms that the divisor does not divide stay in the rest.
Positions::Parts split(const Linear& a, std::int64_t divisor) {
  Positions::Parts parts;
  parts.multiple.constant = floor_divide(a.constant, divisor);
  parts.rest.constant = a.constant - parts.multiple.constant * divisor;
  for (const Term term : a.terms) {
    if (term.factor % divisor == 0)
      parts.multiple.terms.push_back({term.atom, term.factor / divisor});
    else
      parts.rest.terms.push_back(term);
  }
  return parts;
}

std::int64_t common_factor(const Linear& a, std::int64_t with) {
  for (const Term term : a.terms) with = std::gcd(with, term.factor);
  return with;
}

// The atom that `a` is, alone and once.
std::optional<Atom> single(const Linear& a) {
  const bool alone = a.constant == 0 && a.terms.size() == 1 && a.terms[0].factor == 1;
  return alone ? std::optional(a.terms[0].atom) : std::nullopt;
}
}  // namespace

std::int64_t Linear::factor(Atom atom) const {
  for (const Term term : terms)
    if (term.atom == atom) return term.factor;
  return 0;
}

Linear Positions::make(AtomKind kind, Linear of, std::int64_t number, Bounds bounds) {
  if (bounds.low == bounds.high) return {bounds.low};
  const auto [at, fresh] = known_.try_emplace({kind, number, of}, static_cast<Atom>(atoms_.size()));
  if (fresh) atoms_.push_back({kind, std::move(of), number, bounds});
  return {0, {{at->second, 1}}};
}

Linear Positions::variable(std::int64_t name, std::int64_t extent) {
  return make(AtomKind::variable, {}, name, {0, std::max<std::int64_t>(extent, 1) - 1});
}

Linear Positions::scalar(std::int64_t name, Bounds bounds, const Linear& depends) {
  return make(AtomKind::scalar, depends, name, bounds);
}

Linear Positions::add(Linear a, std::int64_t constant) const {
  a.constant += constant;
  return a;
}

Linear Positions::scale(Linear a, std::int64_t factor) const {
  if (factor == 0) return {};
  a.constant *= factor;
  for (Term& term : a.terms) term.factor *= factor;
  return a;
}

Linear Positions::add(const Linear& a, const Linear& b) {
  Linear sum{a.constant + b.constant};
  auto x = a.terms.begin();
  auto y = b.terms.begin();
  while (x != a.terms.end() || y != b.terms.end()) {
    if (y == b.terms.end() || (x != a.terms.end() && x->atom < y->atom))
      sum.terms.push_back(*x++);
    else if (x == a.terms.end() || y->atom < x->atom)
      sum.terms.push_back(*y++);
    else {
      if (x->factor + y->factor != 0) sum.terms.push_back({x->atom, x->factor + y->factor});
      ++x, ++y;
    }
  }
  recombine(sum);
  return sum;
}

void Positions::recombine(Linear& a) {
  for (std::size_t i = 0; i < a.terms.size(); ++i)
    if (atoms_[a.terms[i].atom].kind == AtomKind::remainder && recombine_pair(a, a.terms[i]))
      return recombine(a);
}

// x % b + b * (x / b) is x, and x % b + b * ((x / b) % c) is x % (b * c).
bool Positions::recombine_pair(Linear& a, Term low) {
  const AtomInfo lower = atoms_[low.atom];
  const Linear upper = quotient(lower.of, lower.number);
  for (const Term high : a.terms) {
    if (high.factor != low.factor * lower.number) continue;
    const AtomInfo& other = atoms_[high.atom];
    const bool whole = single(upper) == high.atom;
    const bool part = other.kind == AtomKind::remainder && other.of == upper;
    if (!whole && !part) continue;
    const Linear joined = whole ? lower.of : remainder(lower.of, lower.number * other.number);
    std::erase_if(a.terms, [&](const Term& term) { return term == low || term == high; });
    a = add(a, scale(joined, low.factor));
    return true;
  }
  return false;
}

// Into a multiple of the divisor and a rest that is never negative.
Positions::Parts Positions::divide(const Linear& a, std::int64_t divisor) const {
  Parts parts = split(a, divisor);
  const std::int64_t low = bounds(parts.rest).low;
  if (low >= 0) return parts;
  const std::int64_t lift = (divisor - 1 - low) / divisor;
  parts.rest.constant += lift * divisor;
  parts.multiple.constant -= lift;
  return parts;
}

// `a` as factor * multiple + rest with the rest in [0, factor), for a factor of the divisor.
std::optional<std::pair<std::int64_t, Positions::Parts>> Positions::peel(const Linear& a,
                                                                         std::int64_t divisor) const {
  const auto attempt = [&](std::int64_t factor) -> std::optional<std::pair<std::int64_t, Parts>> {
    if (factor <= 1 || divisor % factor != 0) return std::nullopt;
    Parts parts = split(a, factor);
    if (!within(parts.rest, factor)) return std::nullopt;
    return std::pair(factor, std::move(parts));
  };
  if (auto parts = attempt(common_factor(a, divisor))) return parts;
  for (const Term term : a.terms)
    if (auto parts = attempt(std::abs(term.factor))) return parts;
  return std::nullopt;
}

Linear Positions::quotient(const Linear& a, std::int64_t divisor) {
  if (divisor == 1) return a;
  const auto [multiple, rest] = divide(a, divisor);
  return add(quotient_of_rest(rest, divisor), multiple);
}

Linear Positions::quotient_of_rest(const Linear& rest, std::int64_t divisor) {
  if (within(rest, divisor)) return {};
  if (const auto peeled = peel(rest, divisor))
    return quotient(peeled->second.multiple, divisor / peeled->first);
  if (const auto atom = single(rest)) {
    const AtomInfo inner = atoms_[*atom];
    if (inner.kind == AtomKind::quotient) return quotient(inner.of, inner.number * divisor);
    if (inner.kind == AtomKind::remainder && inner.number % divisor == 0)
      return remainder(quotient(inner.of, divisor), inner.number / divisor);
  }
  const Bounds r = bounds(rest);
  return make(AtomKind::quotient, rest, divisor, {r.low / divisor, r.high / divisor});
}

Linear Positions::remainder(const Linear& a, std::int64_t modulus) {
  if (modulus == 1) return {};
  const Linear rest = divide(a, modulus).rest;
  if (within(rest, modulus)) return rest;
  if (const auto peeled = peel(rest, modulus)) {
    const auto& [factor, parts] = *peeled;
    return add(scale(remainder(parts.multiple, modulus / factor), factor), parts.rest);
  }
  if (const auto atom = single(rest)) {
    const AtomInfo inner = atoms_[*atom];
    if (inner.kind == AtomKind::remainder && inner.number % modulus == 0) return remainder(inner.of, modulus);
  }
  return make(AtomKind::remainder, rest, modulus, {0, modulus - 1});
}

Linear Positions::clamp(const Linear& a, std::int64_t bound) {
  if (within(a, bound)) return a;
  const Bounds r = bounds(a);
  const auto limit = [&](std::int64_t x) { return std::clamp<std::int64_t>(x, 0, bound - 1); };
  return make(AtomKind::clamp, a, bound, {limit(r.low), limit(r.high)});
}

Linear Positions::assume(const Linear& a, std::int64_t bound) {
  return within(a, bound) ? a : make(AtomKind::assumed, a, bound, {0, bound - 1});
}

Linear Positions::plain(const Linear& a) {
  Linear result{a.constant};
  for (const Term term : a.terms) result = add(result, scale(plain_atom(term.atom), term.factor));
  return result;
}

Linear Positions::plain_atom(Atom atom) {
  const AtomInfo info = atoms_[atom];
  switch (info.kind) {
    case AtomKind::assumed:
      return plain(info.of);
    case AtomKind::quotient:
      return quotient(plain(info.of), info.number);
    case AtomKind::remainder:
      return remainder(plain(info.of), info.number);
    case AtomKind::clamp:
      return clamp(plain(info.of), info.number);
    default:
      return {0, {{atom, 1}}};
  }
}

Bounds Positions::bounds(const Linear& a) const {
  Bounds sum{a.constant, a.constant};
  for (const Term term : a.terms) {
    const Bounds r = atoms_[term.atom].bounds;
    sum.low += term.factor * (term.factor > 0 ? r.low : r.high);
    sum.high += term.factor * (term.factor > 0 ? r.high : r.low);
  }
  return sum;
}

bool Positions::within(const Linear& a, std::int64_t bound) const {
  const Bounds r = bounds(a);
  return r.low >= 0 && r.high < bound;
}

bool Positions::hides(const Linear& a, Atom atom) const {
  return std::any_of(a.terms.begin(), a.terms.end(), [&](const Term& term) {
    const Linear& of = atoms_[term.atom].of;
    return of.factor(atom) != 0 || hides(of, atom);
  });
}

}  // namespace tenon::codegen
