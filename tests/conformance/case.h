// What the conformance suite holds every backend to: for each op some programs around it, with the inputs to
// run them on and how far an answer may be from the reference's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tenon/op.h"

namespace tenon::conformance {

using Values = std::vector<Value>;
using Write = std::function<Values(Graph&, const Values&)>;

// What stands among the ordinary numbers of an input.
enum class Among {
  nothing,
  specials,  // NaN, infinities, zeros of both signs
  extremes,  // those, and the ends of the type, the smallest numbers, and numbers of all magnitudes
};

struct Input {
  Shape shape;
  double low = -2;
  double high = 2;
  Among among = Among::nothing;
  std::optional<DType> dtype = {};  // none: the type under test
};

// How far from the reference a float may be; integers are exact. With e the type's distance from 1 to the
// next number:
struct Bound {
  enum class Kind {
    bits,  // the same bits, any NaN for a NaN
    ulps,  // `factor` units in the last place; of zeros, the same sign
    near,  // factor · e · max(1, |right|)
    sum,   // factor · e · what the program gives for the magnitudes of its inputs
  };
  Kind kind = Kind::bits;
  double factor = 0;
};

enum class Types {
  all,   // that the op takes
  some,  // f32, i32, bool
  one,   // the first of these that it takes
};

struct Case {
  std::string label;
  std::vector<Input> inputs;
  Write write;
  Bound bound = {};
  Types types = Types::all;
  bool large = false;  // for threads, and too large to become one function with others
  bool smooth = true;  // has a gradient to compare with differences
  bool open = true;    // can be written before any dimension is known
};

// The cases of every op, by op.
using CaseTable = std::map<Op, std::vector<Case>>;
const CaseTable& all_cases();

// Ops that need none, each with the reason.
const std::map<Op, std::string>& exceptions();

// The families; each is a file of its own name.
void add_elementwise(CaseTable& table);
void add_reductions(CaseTable& table);
void add_contractions(CaseTable& table);
void add_movement(CaseTable& table);
void add_indexing(CaseTable& table);
void add_activations(CaseTable& table);
void add_normalisations(CaseTable& table);
void add_losses(CaseTable& table);
void add_convolutions(CaseTable& table);
void add_epilogues(CaseTable& table);
void add_pooling(CaseTable& table);
void add_ordering(CaseTable& table);
void add_random(CaseTable& table);
void add_bodies(CaseTable& table);

}  // namespace tenon::conformance
