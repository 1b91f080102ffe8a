// A contraction and what it takes along, as primitives of the library.
#pragma once

#include "backend/cpu/onednn/arranged.h"
#include "backend/cpu/onednn/post_ops.h"

namespace tenon::cpu {

// Our own kernels, by which a contraction runs if its weights were packed for them.
enum class OwnKernel : std::uint8_t {
  none,
  winograd_small,
  winograd_large,
  winograd_matrix,  // large tiles, multiplied by the matrix unit
  pointwise,
  depthwise,
  matrix,             // filters, or a matrix [depth, columns]
  matrix_transposed,  // a matrix [columns, depth]
};

// In terms of the graph that they stand in.
struct Parts {
  const Graph& graph;
  Ref root;
  std::vector<EpiloguePart> epilogue;
  // What the root reads, from before it was unblocked or unpacked where the contraction takes that along.
  std::vector<Ref> operands;
  // The channels in a block, 0 where the operand or the result is plain.
  std::vector<std::int64_t> operand_blocks;
  std::int64_t result_block = 0;
  // The second operand as it was packed before, where it was; and where not, whether it may be.
  std::optional<onednn::Operand> packed_weights = {};
  OwnKernel own_kernel = OwnKernel::none;  // that they were packed for
  bool packable = false;
  std::optional<DType> stored_as = {};  // the type that the result is rounded to at the end

  Type stored_type() const {
    const Type& type = graph.node(root).results[0];
    return {stored_as.value_or(type.dtype), type.dims};
  }
};

// The second operand as the program has it, in the library's terms.
onednn::Operand matmul_weights(const Parts& parts);
onednn::Operand convolution_weights(const Parts& parts);

// The part of the epilogue that adds an image like the result, which a convolution does where that image lies
// already; none where there is none.
std::optional<std::size_t> accumulated_part(const Parts& parts);

std::optional<onednn::Arranged> make_matmul(const Parts& parts, int threads);
bool uses_winograd(const Parts& parts);
std::optional<onednn::Arranged> make_convolution(const Parts& parts, int threads);

}  // namespace tenon::cpu
