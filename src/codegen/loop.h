// The loop form: what stands between a fused group of the program and machine code. A group becomes a Kernel,
// a few loop nests over buffers, written per element and without a word about registers; a printer (LLVM,
// portable C++, later CUDA C) turns it into code.
//
// A loop is serial, or its iterations are *lanes* that run in lockstep: whatever stands inside a lane loop is
// said for one lane and done for all of them, a serial loop inside it included. Lanes do not see one
// another's stores. So a register tile of a matrix product is
//
//   for i in 64 lanes(unroll 4)            // four rows
//     for j in 256 lanes(vector, unroll 2) // two vectors of columns
//       acc = 0
//       for k in 784
//         acc += A[i*784 + k] * B[k*256 + j]
//       C[i*256 + j] = relu(acc + bias[j])
//
// and a sum over a contiguous axis is a vector loop around `acc += x[i]` whose `acc = 0` stands outside it:
// the lanes keep partial sums, which are combined, in a fixed order, where the outermost loop between the
// two ends. Printers cut lane loops into whole registers and a rest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tenon/dtype.h"
#include "tenon/op_list.h"

namespace tenon::codegen {

using Var = std::uint32_t;     // a loop variable, by number in the kernel
using Buffer = std::uint32_t;  // by position in Kernel::buffers
using Index = std::uint32_t;   // by position in Kernel::indices
using Scalar = std::uint32_t;  // by position in Kernel::scalars
using Acc = std::uint32_t;     // by position in Kernel::accumulators
inline constexpr std::uint32_t kNone = ~0u;

enum class BufferRole : std::uint8_t { input, output, scratch };

struct BufferSpec {
  DType dtype;
  BufferRole role;
  std::int64_t elements;
  // An output may be the same memory as this input (every element is read before its place is written).
  std::uint32_t in_place_of = kNone;
  // Scratch in which an iteration of a root loop hands nothing to another: each thread has one of its own.
  bool per_thread = false;
};

// An element's position or a part of it: arithmetic on loop variables in 64 bits. Division and remainder are
// by positive constants, of values that are never negative.
enum class IndexKind : std::uint8_t { constant, variable, add, multiply, divide, remainder, clamp, scalar };

struct IndexExpr {
  IndexKind kind;
  std::int64_t number = 0;  // constant; factor; divisor; upper bound (exclusive) of a clamp to [0, number)
  Var variable = kNone;
  Index a = kNone;
  Index b = kNone;
  Scalar scalar = kNone;  // a position that is data: gather
};

enum class ScalarKind : std::uint8_t { constant, load, index, op, accumulator, position };

// One value of an element type. Its operands have lower numbers than itself, as those of an index have.
// `type` is what it is in memory and in the program; printers compute f16 and bf16 in f32 and round at each
// cast and store only. A load sees what the statements before the one that uses it have written; a run of
// stores reads all that it needs before it writes.
struct ScalarExpr {
  ScalarKind kind;
  DType type;
  double number = 0;         // constant of a float type
  std::int64_t integer = 0;  // constant of an integer type or bool, its bits
  Buffer buffer = kNone;     // load
  Index index = kNone;       // load: where; index: the position as a value
  Scalar when = kNone;       // load: a bool; where it is false nothing is read and the value is 0
  Op op = Op::add;           // op: an element-wise op of the table, cast included
  std::vector<Scalar> args = {};
  Acc accumulator = kNone;  // accumulator: what it holds; position: of an arg_max or arg_min, as i64
};

enum class Combine : std::uint8_t { sum, product, maximum, minimum, arg_max, arg_min };

// What statements inside loops add up. It is read where it is complete: outside the lane loops that stand
// between its reset and an accumulate. Among equals an arg_max takes the first position; the first NaN wins.
struct Accumulator {
  Combine combine;
  DType type;  // of what is accumulated; floats narrower than f32 accumulate in f32
};

enum class LoopKind : std::uint8_t { serial, lanes, vector };

struct Loop;

enum class StatementKind : std::uint8_t { loop, reset, accumulate, store };

struct Statement {
  StatementKind kind;
  std::shared_ptr<const Loop> loop = {};  // loop
  Acc accumulator = kNone;                // reset, accumulate
  Scalar value = kNone;   // accumulate, store; reset: what to start from, if not the neutral value
  Index index = kNone;    // store: where; accumulate into arg_max, arg_min: the position
  Buffer buffer = kNone;  // store
  Scalar when = kNone;    // store, accumulate: a bool; where it is false nothing happens
};

// At most one vector loop stands around a statement.
struct Loop {
  Var variable;
  std::int64_t extent;
  LoopKind kind = LoopKind::serial;
  int unroll = 1;  // lanes: how many at once; vector: how many registers at once; serial: copies of the body
  std::vector<Statement> body = {};
};

// A nest whose outermost loop may be cut between threads. Nests of a kernel run one after another, with a
// barrier between them where one reads what another wrote.
struct Nest {
  Loop root;
  bool parallel = true;  // may be cut at any multiple of `grain`
  std::int64_t grain = 1;
  bool barrier_before = true;  // reads or overwrites what an earlier nest of the kernel touched
  double cost = 0;             // an estimate in scalar operations: whether cutting it pays
};

struct Kernel {
  std::string name;
  std::vector<BufferSpec> buffers;  // inputs, outputs, scratch: in this order, as the arguments of a call
  std::vector<IndexExpr> indices;
  std::vector<ScalarExpr> scalars;
  std::vector<Accumulator> accumulators;
  std::uint32_t variables = 0;
  std::vector<Nest> nests;
};

std::string print(const Kernel& kernel);  // for people and tests
void verify(const Kernel& kernel);        // throws std::logic_error: a fault of ours, not of a user

}  // namespace tenon::codegen
