#include "backend/cpu/onednn/ending.h"

namespace tenon::cpu {

namespace {
using Kind = onednn::PostOp::Kind;

bool adds_like_result(const Parts& parts, const EpiloguePart& part) {
  if (!part.has_operand || part.post_op.kind != Kind::add) return false;
  const Node& root = parts.graph.node(parts.root);
  return part.post_op.operand.dims == root.results[0].shape();
}

// At most one clip.
bool take_bounds(const std::vector<onednn::PostOp>& bounds, Ending& ending) {
  if (bounds.empty()) return true;
  const onednn::PostOp& bound = bounds[0];
  const bool is_relu = bound.kind == Kind::relu && bound.alpha == 0;
  if (bounds.size() > 1 || (bound.kind != Kind::clip && !is_relu)) return false;
  ending.low = bound.alpha;
  if (!is_relu) ending.high = bound.beta;
  return true;
}
}  // namespace

std::optional<Ending> ending_of(const Parts& parts) {
  Ending ending;
  std::vector<onednn::PostOp> bounds;
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i) {
    const EpiloguePart& part = parts.epilogue[i];
    if (part.is_bias) {
      ending.bias = i;
    } else if (!part.has_operand) {
      append(bounds, part.post_op);
    } else if (!ending.added && bounds.empty() && adds_like_result(parts, part)) {
      ending.added = i;
    } else {
      return std::nullopt;
    }
  }
  return take_bounds(bounds, ending) ? std::optional(ending) : std::nullopt;
}

Places places_of(const Parts& parts, const Ending& ending, const std::vector<std::uint32_t>& given) {
  Places places{given[0], given[1], given.back(), {}, {}};
  std::size_t next = 2;
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i)
    if (parts.epilogue[i].has_operand) (i == ending.bias ? places.bias : places.added) = given[next++];
  return places;
}

}  // namespace tenon::cpu
