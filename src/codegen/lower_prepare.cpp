#include "codegen/lower_prepare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "codegen/lower_ops.h"
#include "codegen/lower_random.h"
#include "tenon/op.h"
#include "tenon/ops/contractions.h"
#include "tenon/ops/elementwise.h"
#include "tenon/ops/indexing.h"
#include "tenon/ops/movement.h"
#include "tenon/ops/reductions.h"

namespace tenon::codegen {

namespace {
class Preparer {
 public:
  Preparer(const Graph& body, int lanes) : body_(body), lanes_(lanes), result_{Graph(body.name()), {}} {}

  Prepared run(const std::set<std::uint32_t>& copied) {
    for (std::uint32_t id = 0; id < body_.nodes().size(); ++id) rewrite(id);
    for (std::uint32_t i = 0; i < body_.outputs().size(); ++i) output(i, copied.contains(i));
    return std::move(result_);
  }

 private:
  void rewrite(std::uint32_t id) {
    const Node& node = body_.nodes()[id];
    if (node.op == Op::reduce_mean)
      map_[{id}] = mean(id);
    else if (is_reduction(node.op))
      map_[{id}] = reduced(id, node.op, map_.at(node.inputs[0]), axes_of(node), node.results[0]);
    else if (node.op == Op::matmul && wants_rows(node))
      map_[{id}] = with_rows(node);
    else if (node.op == Op::conv)
      map_[{id}] = without_padding(node);
    else if (node.op == Op::cumsum)
      map_[{id}] = running_sum(node);
    else if (is_lowered_random(node))
      map_[{id}] = random(node);
    else if (node.op == Op::div && divides_by_few(node))
      map_[{id}] = times_reciprocal(node);
    else
      copy(id);
  }

  Ints axes_of(const Node& node) const { return named_axes(node, body_.type(node.inputs[0]).dims.size()); }

  void copy(std::uint32_t id) {
    Node node = body_.nodes()[id];
    for (Ref& input : node.inputs) input = map_.at(input).ref();
    const std::uint32_t made = find(node).value_or(static_cast<std::uint32_t>(result_.graph.nodes().size()));
    if (made == result_.graph.nodes().size()) result_.graph.append(std::move(node));
    for (std::uint32_t i = 0; i < body_.nodes()[id].results.size(); ++i)
      map_[{id, i}] = result_.graph.value({made, i});
  }

  // Rewriting can make equals of nodes that were none.
  std::optional<std::uint32_t> find(const Node& node) const {
    if (node.op == Op::input || definition(node.op).random) return std::nullopt;
    const auto& nodes = result_.graph.nodes();
    for (std::uint32_t id = 0; id < nodes.size(); ++id)
      if (nodes[id].op == node.op && nodes[id].inputs == node.inputs && nodes[id].attrs == node.attrs &&
          nodes[id].results == node.results)
        return id;
    return std::nullopt;
  }

  // From the front, each element included: the others are that of the elements moved by one, or turned round.
  Value running_sum(const Node& node) {
    Value x = map_.at(node.inputs[0]);
    const std::size_t axis = axis_of(node, x.type().dims.size());
    const Ints along{static_cast<std::int64_t>(axis)};
    const bool backwards = node.attrs.flag("reverse");
    if (backwards) x = reverse(x, along);
    if (node.attrs.flag("exclusive") && !x.type().dims[axis].is(0)) {
      PadOptions shift{Ints(x.type().dims.size()), Ints(x.type().dims.size())};
      shift.low[axis] = 1;
      shift.high[axis] = -1;
      x = pad(x, shift);
    }
    const Value sum = cumsum(x, along[0]);
    return backwards ? reverse(sum, along) : sum;
  }

  Value random(const Node& node) {
    if (node.results[0].size() == 0)
      return result_.graph.constant(Tensor::zeros(node.results[0].dtype, node.results[0].shape()));
    const WrittenRandom written = write_random(node, map_.at(node.inputs[0]));
    result_.kept.insert(written.words.ref().node);
    return written.result;
  }

  // The sum of a narrow type could overflow where the mean does not.
  Value mean(std::uint32_t id) {
    const Node& node = body_.nodes()[id];
    const Value x = map_.at(node.inputs[0]);
    const Ints axes = axes_of(node);
    const Type& type = node.results[0];
    const bool narrow = size_of(x.dtype()) < 4;
    const Value sum = reduced(id, Op::reduce_sum, narrow ? cast(x, DType::f32) : x, axes,
                              {narrow ? DType::f32 : x.dtype(), type.dims});
    const double count = static_cast<double>(x.type().size()) / static_cast<double>(type.size());
    const Value mean = sum * (1 / count);
    return narrow ? cast(mean, x.dtype()) : mean;
  }

  // Without the axes that are gone, which only a reshape puts back: so equal reductions are one. A long one
  // goes in two steps.
  Value reduced(std::uint32_t id, Op op, Value x, const Ints& axes, const Type& type) {
    if (const auto parts = parts_of(op, x.type(), axes)) {
      Shape shape{*parts, count_along(x.type(), axes) / *parts};
      for (std::size_t i = axes.size(); i < x.type().dims.size(); ++i)
        shape.push_back(x.type().dims[i].constant());
      return reduced(id, op, plain(op, reshape(x, shape), {1}), {0}, type);
    }
    if (goes_by_planes(op, x.type(), axes) && !comes_back(id)) {
      const Value planes = plain(op, x, {axes.begin() + 1, axes.end()});
      return reduced(id, op, planes, {0}, type);
    }
    const Value result = plain(op, x, axes);
    return result.type() == type ? result : emit(Op::reshape, {result}, {{"shape", type.shape()}});
  }

  // Images: first each plane by itself, which may be done while it is made, then over the batch.
  static bool goes_by_planes(Op op, const Type& x, const Ints& axes) {
    constexpr std::int64_t kPlane = 16;
    if (op == Op::arg_max || op == Op::arg_min || axes.size() < 2 || axes[0] != 0 || axes[1] == 1)
      return false;
    return count_along(x, axes) / std::max<std::int64_t>(x.dims[0].constant(), 1) >= kPlane;
  }

  // Whether what a reduction gives is used beside what it was taken of, as in a normalisation: then the two
  // had better share the loop over what is kept.
  bool comes_back(std::uint32_t id) const {
    const Type& operand = body_.type(body_.nodes()[id].inputs[0]);
    std::vector<bool> depends(body_.nodes().size());
    depends[id] = true;
    for (std::uint32_t later = id + 1; later < body_.nodes().size(); ++later) {
      const Node& node = body_.nodes()[later];
      depends[later] =
          std::any_of(node.inputs.begin(), node.inputs.end(), [&](Ref in) { return depends[in.node]; });
      if (depends[later] && node.results[0].dims == operand.dims) return true;
    }
    return false;
  }

  // Over leading axes alone, so that each part is contiguous; in about as many parts as a machine has threads
  // to give them to. The number depends on the shape only: so does the order of the sum.
  static std::optional<std::int64_t> parts_of(Op op, const Type& x, const Ints& axes) {
    constexpr std::int64_t kLong = 1 << 16;
    constexpr std::int64_t kManyResults = 256;
    if (op == Op::arg_max || op == Op::arg_min || x.size() < kLong) return std::nullopt;
    if (axes.back() + 1 != static_cast<std::int64_t>(axes.size())) return std::nullopt;
    const std::int64_t along = count_along(x, axes);
    if (x.size() / along > kManyResults) return std::nullopt;
    for (std::int64_t parts = std::min<std::int64_t>(64, x.size() / (kLong / 4)); parts >= 4; --parts)
      if (along % parts == 0) return parts;
    return std::nullopt;
  }

  static std::int64_t count_along(const Type& x, const Ints& axes) {
    std::int64_t count = 1;
    for (const std::int64_t axis : axes) count *= x.dims[static_cast<std::size_t>(axis)].constant();
    return count;
  }

  Value plain(Op op, Value x, const Ints& axes) {
    if (op == Op::arg_max || op == Op::arg_min) return emit(op, {x}, {{"axis", axes[0]}, {"keep", false}});
    return emit(op, {x}, {{"axes", axes}, {"keep", false}});
  }

  // As emit1 does, but an equal node serves again.
  Value emit(Op op, std::initializer_list<Value> inputs, const Attrs& attrs) {
    const Value value = result_.graph.emit1(op, inputs, attrs);
    const auto known = find(result_.graph.node(value.ref()));
    return result_.graph.value({*known, 0});
  }

  // A division takes as long as a dozen products. Where many elements are divided by one that the group has
  // computed itself, the sum of a softmax say, one division will do.
  bool divides_by_few(const Node& node) const {
    const Node& stretched = body_.node(node.inputs[1]);
    if (!is_float(node.results[0].dtype) || stretched.op != Op::broadcast_to) return false;
    Ref source = stretched.inputs[0];
    if (8 * body_.type(source).size() > node.results[0].size()) return false;
    while (is_movement(body_.node(source).op)) source = body_.node(source).inputs[0];
    return body_.node(source).op != Op::input && body_.node(source).op != Op::constant;
  }

  Value times_reciprocal(const Node& node) {
    const Value divisor = map_.at(body_.node(node.inputs[1]).inputs[0]);
    const Value inverse = emit(Op::reciprocal, {divisor}, {});
    return emit(
        Op::mul,
        {map_.at(node.inputs[0]), emit(Op::broadcast_to, {inverse}, {{"shape", node.results[0].shape()}})},
        {});
  }

  // Whether a matrix of which the product needs columns had better be copied so that they are rows. The
  // other ways: dot products of rows, whose lanes must be added up for each element; and lanes along the
  // rows of the result, whose elements must be scattered.
  bool wants_rows(const Node& node) const {
    const Shape b = body_.type(node.inputs[1]).shape();
    if (!node.attrs.flag("transpose_b") || b.back() == 1 || b[b.size() - 2] == 1) return false;
    const Shape to = node.results[0].shape();
    const double width = lanes_;
    const double batches = static_cast<double>(element_count({to.data(), to.size() - 2}));
    const auto rows = static_cast<double>(to[to.size() - 2]);
    const auto columns = static_cast<double>(to.back());
    const auto depth = static_cast<double>(b.back());
    const auto registers = [&](double elements) { return std::ceil(elements / width); };
    constexpr double kMove = 1.5;     // cycles to move an element to its place
    constexpr double kScattered = 2;  // cycles to store one that does not lie beside the last
    constexpr double kAddUp = 6;      // cycles to add up the lanes of a register
    const double copied =
        static_cast<double>(element_count(b)) * kMove + batches * rows * registers(columns) * depth / 2;
    const double dots = batches * rows * columns * (registers(depth) + kAddUp);
    const double across = batches * columns * (registers(rows) * depth / 2 + rows * kScattered);
    return copied < dots && (!node.attrs.flag("transpose_a") || copied < across);
  }

  Value with_rows(const Node& node) {
    const Value b = map_.at(node.inputs[1]);
    Ints perm;
    for (std::int64_t i = 0; i < b.rank(); ++i) perm.push_back(i);
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    const Value rows = transposes_.try_emplace(b.ref(), transpose(b, perm)).first->second;
    result_.kept.insert(rows.ref().node);
    return matmul(map_.at(node.inputs[0]), rows,
                  {node.attrs.flag("transpose_a"), false, node.results[0].dtype});
  }

  // Its zeros are written down once, so that no turn of the sum has to ask where it is.
  Value without_padding(const Node& node) {
    ConvOptions options{.strides = node.attrs.ints("strides"),
                        .dilations = node.attrs.ints("dilations"),
                        .groups = node.attrs.integer("groups"),
                        .result = node.results[0].dtype};
    Value x = map_.at(node.inputs[0]);
    const Ints& low = node.attrs.ints("pads_low");
    const Ints& high = node.attrs.ints("pads_high");
    const auto is_some = [](std::int64_t pad) { return pad != 0; };
    if (std::ranges::any_of(low, is_some) || std::ranges::any_of(high, is_some)) {
      PadOptions zeros{Ints(x.type().dims.size()), Ints(x.type().dims.size())};
      std::ranges::copy(low, zeros.low.begin() + 2);
      std::ranges::copy(high, zeros.high.begin() + 2);
      x = pad(x, zeros);
      result_.kept.insert(x.ref().node);
    }
    return conv(x, map_.at(node.inputs[1]), options);
  }

  void output(std::uint32_t position, bool copied) {
    Value value = map_.at(body_.outputs()[position].ref);
    const auto is_input = [&] { return value.graph().node(value.ref()).op == Op::input; };
    if (copied) {
      if (is_input()) value = stop_gradient(value);
      result_.kept.insert(value.ref().node);
    }
    if (copied || is_input() || !taken_.insert(value.ref()).second) value = stop_gradient(value);
    result_.graph.output(body_.outputs()[position].name, value);
  }

  const Graph& body_;
  int lanes_;
  Prepared result_;
  std::map<Ref, Value> map_;
  std::map<Ref, Value> transposes_;
  std::set<Ref> taken_;  // by outputs
};
}  // namespace

Prepared prepare(const Graph& body, const std::set<std::uint32_t>& copied, int lanes) {
  return Preparer(body, lanes).run(copied);
}

}  // namespace tenon::codegen
