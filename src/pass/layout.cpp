#include "pass/layout.h"

#include <array>
#include <map>

#include "backend/backend.h"
#include "op/blocked.h"
#include "pass/pools.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
using Inputs = std::span<const Value>;
using BlockOf = std::function<std::int64_t(const Graph&, const Node&)>;

class Blocker {
 public:
  Blocker(const Graph& from, const BlockOf& block_of) : from_(from), block_of_(block_of) {}

  Results visit(Rewrite& rewrite, const Node& node, Inputs in) {
    switch (node.op) {
      case Op::conv:
      case Op::conv_transpose:
      case Op::conv_filter:
        return convolution(rewrite, node, in);
      case Op::max_pool:
      case Op::avg_pool:
      case Op::max_unpool:
      case Op::avg_unpool:
        return pool(rewrite, node, in);
      case Op::pad:
        return padding(rewrite, node, in);
      case Op::reduce_sum:
      case Op::reduce_mean:
      case Op::reduce_max:
      case Op::reduce_min:
        return reduction(rewrite, node, in);
      default:
        return definition(node.op).elementwise ? element(rewrite, node, in) : std::nullopt;
    }
  }

 private:
  bool is_blocked(Value plain) const { return blocked_.contains(plain.ref()); }

  // The plain value that readers see; it disappears where they all read the blocked one.
  Value remember(Value blocked) {
    const Value plain = unblock_channels(blocked);
    blocked_.emplace(plain.ref(), blocked);
    return plain;
  }

  Value blocked(Value plain, std::int64_t block) {
    const auto known = blocked_.find(plain.ref());
    const bool is_so = known != blocked_.end() && known->second.type().dims[4].is(block);
    return is_so ? known->second : block_channels(plain, block);
  }

  // How an image is blocked for a convolution that wants `block`; 0 where it cannot be.
  static std::int64_t block_for(const Type& image, std::int64_t block) {
    const bool takes_all = block == Backend::kAllChannels && image.rank() == 4;
    const std::int64_t own = takes_all ? image.dims[1].constant() : block;
    return can_block(image, own) ? own : 0;
  }

  Results convolution(Rewrite& rewrite, const Node& node, Inputs in) {
    const std::int64_t block = block_of_(from_, node);
    if (block == 0) return std::nullopt;
    std::vector<Value> operands(in.begin(), in.end());
    const std::size_t images = node.op == Op::conv_filter ? 2 : 1;
    for (std::size_t i = 0; i < images; ++i)
      if (const std::int64_t own = block_for(operands[i].type(), block))
        operands[i] = unblock_channels(blocked(operands[i], own));
    const Value result = rewrite.copy(node, operands)[0];
    const std::int64_t own = block_for(result.type(), block);
    if (node.op == Op::conv_filter || own == 0) return {{result}};
    return {{remember(block_channels(result, own))}};
  }

  std::optional<std::int64_t> block_among(Inputs in) const {
    for (const Value& input : in)
      if (const auto known = blocked_.find(input.ref()); known != blocked_.end())
        return known->second.type().shape()[4];
    return std::nullopt;
  }

  // What is the same for all rows and columns, or all channels, is broadcast in blocked form from what it was
  // before.
  Value operand(Value plain, const Shape& image, std::int64_t block) {
    const Node& node = plain.graph().node(plain.ref());
    if (is_blocked(plain) || node.op != Op::broadcast_to) return blocked(plain, block);
    const Value source = plain.graph().value(node.inputs[0]);
    Shape dims = source.type().shape();
    dims.insert(dims.begin(), 4 - dims.size(), 1);
    if (dims[1] != 1 && (dims[2] != 1 || dims[3] != 1)) return blocked(plain, block);
    const Shape cut =
        dims[1] == 1 ? Shape{dims[0], 1, dims[2], dims[3], 1} : Shape{dims[0], dims[1] / block, 1, 1, block};
    return broadcast_to(reshape(source, cut), blocked_shape(image, block));
  }

  Results element(Rewrite& rewrite, const Node& node, Inputs in) {
    const auto block = block_among(in);
    if (!block || node.results[0].rank() != 4) return std::nullopt;
    const Shape image = node.results[0].shape();
    std::vector<Value> operands;
    for (const Value& input : in) operands.push_back(operand(input, image, *block));
    return {{remember(rewrite.copy(node, operands)[0])}};
  }

  Results pool(Rewrite& rewrite, const Node& node, Inputs in) {
    const auto block = block_among(in);
    const bool tiles = is_tiling_pool(node);
    const bool unpools = node.op == Op::max_unpool || node.op == Op::avg_unpool;
    if (!block || (unpools && !tiles)) return std::nullopt;
    std::vector<Value> operands;
    for (const Value& input : in) operands.push_back(blocked(input, *block));
    if (!tiles && is_sliding_maximum(from_, node)) {
      const Shape shape = blocked_shape(node.results[0].shape(), *block);
      return {{remember(write_sliding_maximum(node, operands[0], shape))}};
    }
    std::vector<Value> results;
    for (const Value& result :
         tiles ? write_pool(node, operands, blocked_shape(node.results[0].shape(), *block))
               : rewrite.copy(with_a_window_of_one(node), operands))
      results.push_back(remember(result));
    return results;
  }

  // The block is one more axis of the image, along which each window has one place.
  static Node with_a_window_of_one(Node pool) {
    for (const auto& [name, entry] :
         {std::pair{"kernel", 1}, {"strides", 1}, {"dilations", 1}, {"pads_low", 0}, {"pads_high", 0}}) {
      Ints entries = pool.attrs.ints(name);
      if (entries.empty()) continue;
      entries.push_back(entry);
      pool.attrs.set(name, entries);
    }
    return pool;
  }

  // Rows and columns that are put around an image.
  Results padding(Rewrite& rewrite, const Node& node, Inputs in) {
    if (!is_blocked(in[0])) return std::nullopt;
    Node wide = node;
    for (const char* const side : {"low", "high"}) {
      Ints counts = node.attrs.ints(side);
      if (counts[0] != 0 || counts[1] != 0) return std::nullopt;
      counts.push_back(0);
      wide.attrs.set(side, std::move(counts));
    }
    std::vector<Value> operands(in.begin(), in.end());
    operands[0] = blocked_.at(in[0].ref());
    return {{remember(rewrite.copy(wide, operands)[0])}};
  }

  // Over rows and columns, and over the batch too for the gradient of a bias: the channels stay as they are.
  Results reduction(Rewrite& rewrite, const Node& node, Inputs in) {
    const Ints& axes = node.attrs.ints("axes");
    if (!is_blocked(in[0]) || (axes != Ints{0, 2, 3} && axes != Ints{2, 3})) return std::nullopt;
    Node plain = node;
    plain.attrs.set("keep", false);
    const std::array operands{blocked_.at(in[0].ref())};
    return {{reshape(rewrite.copy(plain, operands)[0], node.results[0].shape())}};
  }

  const Graph& from_;
  const BlockOf& block_of_;
  std::map<Ref, Value> blocked_;  // by plain value, of the new graph
};
}  // namespace

Graph block_images(const Graph& graph, const BlockOf& block_of) {
  Blocker blocker(graph, block_of);
  return Rewrite::apply(
      graph, [&](Rewrite& rewrite, const Node& node, Inputs in) { return blocker.visit(rewrite, node, in); });
}

}  // namespace tenon
