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

// Where packing pays: measured with oneDNN 2.6.3 on 4 to 256 rows. Rows that lie 2 KiB apart, or a multiple,
// fall into the same sets of the cache (packed 1.1 to 1.8 times as fast), and what is larger than a second
// level's share runs better in the order in which it is read (1.1 to 1.6). Elsewhere both are equal.
bool is_worth_packing(const onednn::Operand& weights) {
  constexpr std::int64_t kAliasing = 2048, kLarge = 1 << 20, kDeep = 64;
  const auto row = weights.dims.back() * static_cast<std::int64_t>(size_of(weights.dtype));
  const std::int64_t bytes = element_count(weights.dims) * static_cast<std::int64_t>(size_of(weights.dtype));
  const bool is_deep = weights.dims[weights.dims.size() - 2] >= kDeep;
  return is_deep && (row % kAliasing == 0 || bytes > kLarge);
}
}  // namespace

onednn::Operand matmul_weights(const Parts& parts) {
  const Node& node = parts.graph.node(parts.root);
  return operand_of(parts.graph.type(node.inputs[1]), node.attrs.flag("transpose_b"),
                    static_cast<std::size_t>(node.results[0].rank()));
}

std::optional<onednn::Arranged> make_matmul(const Parts& parts, int threads) {
  const Node& node = parts.graph.node(parts.root);
  const Type result = parts.stored_type();
  const auto rank = static_cast<std::size_t>(result.rank());
  onednn::MatmulSpec spec{operand_of(parts.graph.type(node.inputs[0]), node.attrs.flag("transpose_a"), rank),
                          parts.packed_weights.value_or(matmul_weights(parts)),
                          operand_of(result, false, rank),
                          {}};
  for (const EpiloguePart& part : parts.epilogue) {
    if (part.is_bias)
      spec.bias = parts.graph.type(part.operand).dtype;
    else
      append(spec.epilogue, part.post_op);
  }
  const onednn::Operand weights = spec.b;
  // Of bytes the library has no fast product with weights that lie as the program has them.
  const bool wants_packed = weights.dtype == DType::i8 && !parts.packed_weights;
  if (wants_packed || (parts.packable && is_worth_packing(weights))) spec.b.layout = {};
  auto primitive = onednn::make_matmul(spec, threads);
  if (!primitive) return std::nullopt;
  // Every other layout was fixed, so the primitive's are the program's.
  std::vector<onednn::Operand> given(primitive->operands().begin(), primitive->operands().end());
  given[1] = weights;
  return onednn::Arranged::make(std::move(*primitive), given, threads);
}

}  // namespace tenon::cpu
