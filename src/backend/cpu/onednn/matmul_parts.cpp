#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

namespace {
// The library sees what the operand means, and learns of a transposition by the layout. Leading axes of 1 are
// repeated.
onednn::Operand operand_of(const Type& type, bool transposed, std::size_t rank) {
  Shape dims = type.shape();
  if (transposed) std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
  dims.insert(dims.begin(), rank - dims.size(), 1);
  return {type.dtype, dims, transposed ? onednn::transposed(rank) : onednn::row_major(rank)};
}
}  // namespace

std::optional<onednn::Arranged> make_matmul(const Parts& parts, int threads) {
  const Node& node = parts.graph.node(parts.root);
  const Type& result = node.results[0];
  const auto rank = static_cast<std::size_t>(result.rank());
  onednn::MatmulSpec spec{operand_of(parts.graph.type(node.inputs[0]), node.attrs.flag("transpose_a"), rank),
                          operand_of(parts.graph.type(node.inputs[1]), node.attrs.flag("transpose_b"), rank),
                          operand_of(result, false, rank),
                          {}};
  for (const EpiloguePart& part : parts.epilogue) {
    if (part.is_bias)
      spec.bias = result.dtype;
    else
      spec.epilogue.push_back(part.post_op);
  }
  auto primitive = onednn::make_matmul(spec, threads);
  if (!primitive) return std::nullopt;
  // Every layout was fixed, so the primitive's are the program's.
  const std::vector<onednn::Operand> given(primitive->operands().begin(), primitive->operands().end());
  return onednn::Arranged::make(std::move(*primitive), given, threads);
}

}  // namespace tenon::cpu
