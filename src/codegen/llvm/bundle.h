// A value as the lanes around it have it: one LLVM value for each copy of the lane loops it depends on, each
// of them a scalar or, where it depends on the vector loop, a vector.
#pragma once

#include <algorithm>
#include <vector>

#include "codegen/llvm/ir.h"
#include "codegen/loop.h"

namespace tenon::codegen {

// A lane loop as it is being written: `copies` registers of `width` lanes at once.
struct LaneDim {
  Var variable;
  int copies;
  int width;                     // 1: scalars
  std::vector<LlvmValue> masks;  // of the copies of a vector; empty: all lanes of all copies count

  LlvmValue mask(int copy) const { return masks.empty() ? nullptr : masks[static_cast<std::size_t>(copy)]; }
};

using Copy = std::vector<int>;    // which copy of each lane loop, outermost first
using Counts = std::vector<int>;  // how many; 1 (or absent) where nothing depends on it

// The n-th of the copies, the last lane loop the fastest.
Copy copy_number(const Counts& counts, int n);
int count_of(const Counts& counts);
Counts merged(const Counts& a, const Counts& b);

struct Bundle {
  Counts counts;
  std::vector<LlvmValue> values;
  std::size_t depth = 0;  // in how many loops the values stand

  static Bundle of(LlvmValue value) { return {{}, {value}, 0}; }
  std::size_t place(const Copy& copy) const;
  LlvmValue at(const Copy& copy) const { return values[place(copy)]; }
  bool empty() const { return values.empty(); }
};

// f(copy) for every copy.
template <class F>
Bundle bundle(Counts counts, F&& f) {
  Bundle result{std::move(counts), {}, 0};
  const int count = count_of(result.counts);
  for (int n = 0; n < count; ++n) result.values.push_back(f(copy_number(result.counts, n)));
  return result;
}

}  // namespace tenon::codegen
