#include "pass/fill_channels.h"

#include <algorithm>
#include <map>

#include "pass/preparation.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
using Inputs = std::span<const Value>;
using BlockOf = std::function<std::int64_t(const Graph&, const Node&)>;

constexpr std::size_t kChannels = 1;  // of an image; of filters, those that they read

Value padded(Value x, std::size_t axis, std::int64_t size) {
  const Shape shape = x.type().shape();
  if (shape[axis] == size) return x;
  PadOptions options{Ints(shape.size(), 0), Ints(shape.size(), 0)};
  options.high[axis] = size - shape[axis];
  return pad(x, options);
}

class Filler {
 public:
  Filler(const Graph& from, const BlockOf& block_of)
      : from_(from), block_of_(block_of), fixed_(fixed_nodes(from)) {}

  Results visit(Rewrite& rewrite, const Node& node, Inputs in) {
    if (node.op == Op::conv) return convolution(rewrite, node, in);
    return follows(node) ? element(rewrite, node, in) : std::nullopt;
  }

 private:
  static bool follows(const Node& node) {
    const bool keeps_finite = node.op == Op::add || node.op == Op::sub || node.op == Op::mul ||
                              node.op == Op::maximum || node.op == Op::minimum || node.op == Op::cast;
    return keeps_finite && node.results[0].rank() == 4;
  }

  const Value* wide(Value narrow) const {
    const auto found = wide_.find(narrow.ref());
    return found == wide_.end() ? nullptr : &found->second;
  }

  // The slice that other readers see.
  Value remember(Value wide, std::int64_t channels) {
    const Value narrow = slice(wide, {{static_cast<std::int64_t>(kChannels), 0, channels}});
    wide_.emplace(narrow.ref(), wide);
    return narrow;
  }

  // A convolution that reads far more than it makes has one block for nothing.
  static std::int64_t filled(std::int64_t channels, std::int64_t read, std::int64_t block) {
    const std::int64_t whole = (channels + block - 1) / block * block;
    const bool is_little = channels < block && read >= 4 * block;
    return is_little || 3 * whole <= 4 * channels ? whole : channels;
  }

  Results convolution(Rewrite& rewrite, const Node& node, Inputs in) {
    const std::int64_t block = block_of_(from_, node);
    if (block <= 0 || !fixed_[node.inputs[1].node]) return std::nullopt;
    const Value* const image = wide(in[0]);
    const bool is_dense = node.attrs.integer("groups") == 1;
    const std::int64_t channels = node.results[0].shape()[kChannels];
    if (!is_dense && !image) return std::nullopt;
    const Value x = image ? *image : in[0];
    const std::int64_t read = x.type().shape()[kChannels];
    const std::int64_t made = is_dense ? filled(channels, read, block) : read;
    if (!image && made == channels) return std::nullopt;
    Node changed = node;
    if (!is_dense) changed.attrs.set("groups", read);
    Value filters = padded(in[1], 0, made);
    if (is_dense) filters = padded(filters, kChannels, read);
    const std::vector<Value> operands{x, filters};
    const Value result = rewrite.copy(changed, operands)[0];
    return {{made == channels ? result : remember(result, channels)}};
  }

  // What a number a channel, or one for all, was before it was broadcast, for more channels; none for
  // anything else.
  static Value broadcast(Value narrow, const Shape& shape) {
    const Node& node = node_of(narrow);
    if (node.op != Op::broadcast_to) return {};
    const Value source = input_of(narrow, 0);
    const Shape dims = source.type().shape();
    const std::size_t after = shape.size() - kChannels;  // the channels' axis counted from the end
    if (dims.size() < after || dims[dims.size() - after] == 1) return broadcast_to(source, shape);
    return broadcast_to(padded(source, dims.size() - after, shape[kChannels]), shape);
  }

  Results element(Rewrite& rewrite, const Node& node, Inputs in) {
    const auto known = std::ranges::find_if(in, [&](Value input) { return wide(input) != nullptr; });
    if (known == in.end()) return std::nullopt;
    const Shape shape = wide(*known)->type().shape();
    std::vector<Value> operands;
    for (const Value& input : in) {
      const Value operand = wide(input) ? *wide(input) : broadcast(input, shape);
      if (!operand.defined()) return std::nullopt;
      operands.push_back(operand);
    }
    return {{remember(rewrite.copy(node, operands)[0], node.results[0].shape()[kChannels])}};
  }

  const Graph& from_;
  const BlockOf& block_of_;
  std::vector<bool> fixed_;
  std::map<Ref, Value> wide_;  // by the slice, of the new graph
};
}  // namespace

Graph fill_channels(const Graph& typed, const BlockOf& block_of) {
  Filler filler(typed, block_of);
  return Rewrite::apply(
      typed, [&](Rewrite& rewrite, const Node& node, Inputs in) { return filler.visit(rewrite, node, in); });
}

}  // namespace tenon
