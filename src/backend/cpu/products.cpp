#include "backend/cpu/products.h"

#include <algorithm>
#include <functional>

#include "backend/cpu/loops.h"
#include "codegen/target.h"

namespace tenon::cpu {

namespace {
constexpr std::int64_t kSmallProduct = 64 * 1024;
// A product with so few rows reads its weights once: bound by memory, and loops read as fast as anything; but
// bf16 they widen number by number, where the matrix unit takes it as it is (1x784 by 784x128: 2.9 to 1.8
// us).
constexpr std::int64_t kFewRows = 2;

struct Extents {
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
};

Extents extents_of(const Graph& graph, const Node& matmul) {
  const Shape a = graph.type(matmul.inputs[0]).shape();
  const Shape result = matmul.results[0].shape();
  const std::size_t depth = a.size() - (matmul.attrs.flag("transpose_a") ? 2 : 1);
  return {result[result.size() - 2], a[depth], result.back()};
}

// Measured on Sapphire Rapids, one thread, against oneDNN's brgemm: 172 to 178 of 178 GFLOP/s against 110 to
// 177, up to 512x512x512. Beyond, where the right side does not stay in the cache, the library packs it and
// wins; so it does where a side is read across its rows, but for a left side of little depth.
//
// Threads share the rows, and each reads the whole right side: on two threads a few rows of a large one took
// 122 us against 97 (64x784x256).
bool is_faster_in_loops(const Graph& graph, const Node& matmul, int threads) {
  constexpr std::int64_t kNear = 256 * 1024;  // elements of the right side
  constexpr std::int64_t kDepthAcross = 128;
  const auto is_matrix = [&](Ref ref) {
    return graph.type(ref).dtype == DType::f32 && graph.type(ref).rank() == 2;
  };
  if (!std::all_of(matmul.inputs.begin(), matmul.inputs.end(), is_matrix)) return false;
  if (codegen::native_target().simd != codegen::Simd::avx512 || matmul.attrs.flag("transpose_b"))
    return false;
  const auto [rows, depth, columns] = extents_of(graph, matmul);
  constexpr std::int64_t kNearForFewRows = 64 * 1024;
  constexpr std::int64_t kManyRows = 128;
  const bool shares_well = threads == 1 || rows >= kManyRows * threads || depth * columns <= kNearForFewRows;
  return shares_well && depth * columns <= kNear &&
         (!matmul.attrs.flag("transpose_a") || depth <= kDepthAcross);
}

bool is_leaf(const Node& node) { return node.op == Op::input || node.op == Op::constant; }
}  // namespace

bool is_small_product(const Graph& graph, const Node& matmul) {
  const auto [rows, depth, columns] = extents_of(graph, matmul);
  return matmul.results[0].size() * depth <= kSmallProduct ||
         (rows <= kFewRows && !matmul.attrs.flag("transpose_a") &&
          graph.type(matmul.inputs[1]).dtype != DType::bf16);
}

namespace {
// Whether a node is a product of this kind, or one with what loops may take along.
bool is_product_with_loops(const Graph& lowered, const Node& node,
                           const std::function<bool(const Graph&, const Node&)>& is_kind) {
  if (node.op == Op::matmul) return runs_as_loops(node) && is_kind(lowered, node);
  if (node.op != Op::fused) return false;
  const Graph& body = *node.bodies[0];
  const auto is_product = [&](const Node& inner) { return inner.op == Op::matmul && is_kind(body, inner); };
  const auto follows = [](const Node& inner) {
    return is_leaf(inner) || (inner.op != Op::matmul && runs_as_loops(inner));
  };
  const auto is_covered = [&](const Node& inner) { return is_product(inner) || follows(inner); };
  return std::any_of(body.nodes().begin(), body.nodes().end(), is_product) &&
         std::all_of(body.nodes().begin(), body.nodes().end(), is_covered);
}
}  // namespace

bool could_be_loops(const Graph& lowered, const Node& node) {
  return loops_available() && is_product_with_loops(lowered, node, [](const Graph&, const Node& inner) {
           return runs_as_loops(inner);
         });
}

bool is_product_for_loops(const Graph& lowered, const Node& node, int threads) {
  return is_product_with_loops(lowered, node, [threads](const Graph& graph, const Node& matmul) {
    return is_faster_in_loops(graph, matmul, threads);
  });
}

}  // namespace tenon::cpu
