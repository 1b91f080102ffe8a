// How passes see that some nodes of the typed stage are a composite, written as its pieces.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "pass/rewrite.h"

namespace tenon {

class Matcher {
 public:
  explicit Matcher(const Graph& typed);

  const Node& node(Ref value) const { return graph_.node(value); }
  const Type& type(Ref value) const { return graph_.type(value); }
  // The node that made a value where it is of this op, else null.
  const Node* as(Ref value, Op op) const;
  // The single number that a value repeats.
  std::optional<double> number(Ref value) const;
  // What was broadcast to make a value; the value itself where nothing was.
  Ref narrow(Ref value) const;

  // A reduction, seen with all the axes of what it reduces.
  struct Reduction {
    Ref of;
    Ints axes;
  };
  std::optional<Reduction> reduction(Ref value, Op op) const;
  std::optional<Reduction> mean(Ref value) const;  // or a sum over as many elements as it is divided by

  // The factors of a product, through multiplications and divisions; `whole` are not taken apart.
  struct Factor {
    Ref value;
    bool divides = false;
  };
  std::vector<Factor> factors(Ref product, std::span<const Ref> whole = {}) const;

  // Whether all that lies between a value and its sources serves that value alone, and goes where it goes.
  bool serve(Ref value, std::span<const Ref> sources) const;

 private:
  void collect_factors(Ref product, bool divides, std::span<const Ref> whole, std::vector<Factor>& to) const;

  const Graph& graph_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<bool> escapes_;  // is an output or an update
};

// A copy of the program in which what `written` gives for a value stands in its place, and what served that
// value alone is gone.
Graph with_composites(const Graph& typed,
                      const std::function<std::optional<Value>(Rewrite&, Ref value)>& written);

// Whether a number is the other one, as exactly as the type tells numbers apart: models hold constants that
// were rounded more than once.
bool is_nearly(double number, double other, DType dtype);

}  // namespace tenon
