// What both the verifier and the printers ask of a kernel: what an expression depends on, what a loop
// touches, between which bounds an index lies, which types are computed in.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/loop.h"

namespace tenon::codegen {

// A set of small numbers.
class Bits {
 public:
  void add(std::uint32_t number);
  void add_all(const Bits& other);
  bool has(std::uint32_t number) const;
  bool meets(const Bits& other) const;
  bool within(const Bits& other) const;

 private:
  std::vector<std::uint64_t> words_;
};

// What an expression reads, or what a loop sets: its variables, accumulators fed, buffers stored into.
struct Touches {
  Bits variables;
  Bits accumulators;
  Bits buffers;

  void add_all(const Touches& other);
  bool meets(const Touches& other) const;
};

struct Range {
  std::int64_t low;
  std::int64_t high;  // inclusive
};

struct Analysis {
  explicit Analysis(const Kernel& kernel);

  std::vector<std::int64_t> extents;  // of variables
  std::vector<Range> ranges;          // of indices
  std::vector<Touches> index_reads;   // of indices
  std::vector<Touches> scalar_reads;  // of scalars
};

Touches touched_by(const Loop& loop);  // the loops inside it included

// The type a value of `type` has in a register: narrow floats are computed as f32.
inline DType register_type(DType type) {
  return type == DType::f16 || type == DType::bf16 ? DType::f32 : type;
}

inline bool keeps_position(Combine combine) {
  return combine == Combine::arg_max || combine == Combine::arg_min;
}

}  // namespace tenon::codegen
