#include "op/blocked.h"

#include "tenon/ops.h"

namespace tenon {

namespace {
const Ints kBlockLast{0, 1, 3, 4, 2};
const Ints kBlockBack{0, 1, 4, 2, 3};

// [N, C/b, b, H, W] and [N, C, H, W].
bool are_cut(const Shape& cut, const Shape& image) {
  return cut.size() == 5 && image.size() == 4 && cut[0] == image[0] && cut[1] * cut[2] == image[1] &&
         cut[3] == image[2] && cut[4] == image[3];
}

bool transposes(const Node& node, const Ints& perm) {
  return node.op == Op::transpose && node.attrs.ints("perm") == perm;
}
}  // namespace

bool can_block(const Type& image, std::int64_t block) {
  return block > 0 && image.concrete() && image.rank() == 4 && image.size() > 0 &&
         image.dims[1].constant() % block == 0;
}

Shape blocked_shape(const Shape& image, std::int64_t block) {
  return {image[0], image[1] / block, image[2], image[3], block};
}

Value block_channels(Value image, std::int64_t block) {
  const Shape shape = image.type().shape();
  return transpose(reshape(image, {shape[0], shape[1] / block, block, shape[2], shape[3]}), kBlockLast);
}

Value unblock_channels(Value blocked) {
  const Shape shape = blocked.type().shape();
  return reshape(transpose(blocked, kBlockBack), {shape[0], shape[1] * shape[4], shape[2], shape[3]});
}

bool cuts_channels(const Graph& graph, const Node& node) {
  return node.op == Op::reshape && are_cut(node.results[0].shape(), graph.type(node.inputs[0]).shape());
}

bool joins_channels(const Graph& graph, const Node& node) {
  return node.op == Op::reshape && are_cut(graph.type(node.inputs[0]).shape(), node.results[0].shape());
}

bool puts_block_last(const Node& node) { return transposes(node, kBlockLast); }
bool puts_block_back(const Node& node) { return transposes(node, kBlockBack); }

std::optional<Ref> unblocked_from(const Graph& graph, Ref ref) {
  const Node& join = graph.node(ref);
  if (!joins_channels(graph, join)) return std::nullopt;
  const Node& back = graph.node(join.inputs[0]);
  return puts_block_back(back) ? std::optional(back.inputs[0]) : std::nullopt;
}

}  // namespace tenon
