// Positions of elements while a group is lowered: sums of loop variables times constants, and what does not
// fit that form (quotients, remainders, clamps, data) as opaque atoms. Everything is simplified as it is
// made, so that reshapes cancel and an access that is affine in the loops looks affine.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace tenon::codegen {

using Atom = std::uint32_t;

struct Term {
  Atom atom;
  std::int64_t factor;
  friend auto operator<=>(const Term&, const Term&) = default;
};

struct Linear {
  std::int64_t constant = 0;
  std::vector<Term> terms = {};  // by atom, no factor is 0

  bool is_constant() const { return terms.empty(); }
  std::int64_t factor(Atom atom) const;
  friend auto operator<=>(const Linear&, const Linear&) = default;
};

using Position = std::vector<Linear>;  // one a dimension

struct Bounds {  // both ends belong to it
  std::int64_t low;
  std::int64_t high;
};

enum class AtomKind : std::uint8_t { variable, quotient, remainder, clamp, scalar, assumed };

struct AtomInfo {
  AtomKind kind;
  Linear of;            // quotient, remainder, clamp, assumed; what a scalar depends on
  std::int64_t number;  // divisor, modulus, upper bound (exclusive); what a variable or scalar is called
  Bounds bounds;
};

class Positions {
 public:
  // a = divisor * multiple + rest
  struct Parts {
    Linear multiple;
    Linear rest;
  };

  // `name` is the caller's: variables of one name are one variable.
  Linear variable(std::int64_t name, std::int64_t extent);
  // A number that is data. It changes with the variables that `depends` holds.
  Linear scalar(std::int64_t name, Bounds bounds, const Linear& depends);
  Linear add(const Linear& a, const Linear& b);
  Linear add(Linear a, std::int64_t constant) const;
  Linear scale(Linear a, std::int64_t factor) const;
  Linear subtract(const Linear& a, const Linear& b) { return add(a, scale(b, -1)); }
  // Rounded down, also where the value is negative.
  Linear quotient(const Linear& a, std::int64_t divisor);
  Linear remainder(const Linear& a, std::int64_t modulus);
  Linear clamp(const Linear& a, std::int64_t bound);  // to [0, bound)
  // The same position, taken to lie in [0, bound): what it is used for counts only where it does.
  Linear assume(const Linear& a, std::int64_t bound);
  // Without what was assumed on the way.
  Linear plain(const Linear& a);

  Bounds bounds(const Linear& a) const;
  const AtomInfo& info(Atom atom) const { return atoms_[atom]; }
  bool within(const Linear& a, std::int64_t bound) const;  // always in [0, bound)
  // Whether `atom` stands inside another atom of `a`, where its factor does not show.
  bool hides(const Linear& a, Atom atom) const;

 private:
  Linear make(AtomKind kind, Linear of, std::int64_t number, Bounds bounds);
  Parts divide(const Linear& a, std::int64_t divisor) const;
  std::optional<std::pair<std::int64_t, Parts>> peel(const Linear& a, std::int64_t divisor) const;
  Linear plain_atom(Atom atom);
  Linear quotient_of_rest(const Linear& rest, std::int64_t divisor);
  void recombine(Linear& a);
  bool recombine_pair(Linear& a, Term low);

  std::vector<AtomInfo> atoms_;
  std::map<std::tuple<AtomKind, std::int64_t, Linear>, Atom> known_;
};

}  // namespace tenon::codegen
