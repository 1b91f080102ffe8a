#include "backend/cpu/contraction.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "backend/cpu/onednn/own_kernels.h"
#include "backend/cpu/onednn/packed.h"
#include "backend/cpu/onednn/reading.h"
#include "backend/host.h"
#include "tenon/op.h"

namespace tenon::cpu {

namespace {
class ContractionStep : public Step {
 public:
  ContractionStep(onednn::Arranged primitive, std::vector<std::uint32_t> order, int threads)
      : primitive_(std::move(primitive)),
        order_(std::move(order)),
        arguments_(order_.size()),
        threads_(threads) {}

  // The primitive adds to what the result's memory holds: to the bytes of that input, best where they lie.
  void accumulate(std::uint32_t input, std::size_t bytes) {
    in_place_.emplace_back(0, static_cast<int>(input));
    bytes_ = bytes;
  }

  void run(Stream&, void* const* addresses) override {
    for (const auto& [result, input] : in_place_)
      if (void* const to = addresses[order_.back()]; to != addresses[input])
        std::memcpy(to, addresses[input], bytes_);
    for (std::size_t i = 0; i < order_.size(); ++i) arguments_[i] = addresses[order_[i]];
    const onednn::ThreadCount team(threads_);
    primitive_.run(arguments_, scratch_bytes() ? addresses[order_.back() + 1] : nullptr);
  }

  std::unique_ptr<Step> twin() const override {
    auto other = std::make_unique<ContractionStep>(primitive_.twin(), order_, threads_);
    other->in_place_ = in_place_;
    other->bytes_ = bytes_;
    return other;
  }
  std::size_t scratch_bytes() const override { return primitive_.scratch_bytes(); }
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override { return primitive_.describe(); }
  bool allocates_in_library() const override { return true; }

 private:
  onednn::Arranged primitive_;
  std::vector<std::uint32_t>
      order_;  // of the step's addresses, as the primitive takes them; the result is last
  std::vector<void*> arguments_;
  std::vector<std::pair<int, int>> in_place_;
  std::size_t bytes_ = 0;  // of the result
  int threads_;
};

// Where the step finds each argument; but one part of the epilogue may be none.
std::vector<std::uint32_t> argument_order(const Parts& parts, const Graph& body, std::size_t inputs,
                                          std::optional<std::size_t> accumulated) {
  std::vector<std::uint32_t> order;
  for (const Ref operand : parts.operands) order.push_back(position_of(body, operand));
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i)
    if (parts.epilogue[i].has_operand && i != accumulated)
      order.push_back(position_of(body, parts.epilogue[i].operand));
  order.push_back(static_cast<std::uint32_t>(inputs));
  return order;
}

std::optional<onednn::Arranged> make_primitive(const Parts& parts, int threads) {
  return is_convolution(parts.graph.node(parts.root)) ? make_convolution(parts, threads)
                                                      : make_matmul(parts, threads);
}

// Whether the body reads an input as the root's weights, and nowhere else.
bool is_weights(const Parts& parts, std::size_t input) {
  const Node& root = parts.graph.node(parts.root);
  if (root.op == Op::conv_filter) return false;
  const std::uint32_t id = parts.graph.inputs()[input];
  std::ptrdiff_t uses = 0;
  for (const Node& node : parts.graph.nodes()) uses += std::ranges::count(node.inputs, id, &Ref::node);
  return root.inputs[1].node == id && uses == 1;
}

onednn::Operand plain_weights(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  return root.op == Op::matmul ? matmul_weights(parts) : convolution_weights(parts);
}
}  // namespace

std::vector<std::string> packed_ways(const Graph& lowered, const Node& node, std::size_t input) {
  if (!is_contraction(node)) return {};
  const Reading reading(lowered, node);
  if (!reading.parts || !is_weights(*reading.parts, input)) return {};
  std::vector<std::string> ways = own_ways(*reading.parts);
  const auto better = std::ranges::find(ways, std::string());  // those before it are better than the library
  *better = kByLibrary;
  return ways;
}

std::optional<Packing> packing_for(const Graph& lowered, const Node& node, std::string_view way,
                                   const BackendOptions& options) {
  if (way == kByLoops) return std::nullopt;
  Reading reading(lowered, node);
  if (way != kByLibrary) return own_packing(*reading.parts, own_kernel(way));
  reading.parts->packable = true;
  const auto primitive = make_primitive(*reading.parts, options.threads);
  const auto packed = primitive ? primitive->rearranged(1) : std::nullopt;
  const auto bytes = packed ? onednn::bytes_of(*packed) : std::nullopt;
  if (!bytes) return std::nullopt;
  return Packing{onednn::tag_of({plain_weights(*reading.parts), *packed}), static_cast<std::int64_t>(*bytes)};
}

std::unique_ptr<Step> compile_relayout(const Graph& lowered, const Node& node,
                                       const BackendOptions& options) {
  if (const OwnKernel kernel = own_kernel(node.attrs.text("layout")); kernel != OwnKernel::none)
    return make_own_pack(lowered.type(node.inputs[0]), kernel);
  const auto form = onednn::form_of(node.attrs.text("layout"), lowered.type(node.inputs[0]).dtype);
  auto reorder = onednn::make_reorder(form.plain, form.packed, options.threads);
  auto primitive = reorder ? onednn::Arranged::make(std::move(*reorder), std::array{form.plain, form.packed},
                                                    options.threads)
                           : std::nullopt;
  require(primitive.has_value(), "oneDNN cannot pack ", node.attrs.text("layout"), " after all");
  return std::make_unique<ContractionStep>(std::move(*primitive), std::vector<std::uint32_t>{0, 1},
                                           options.threads);
}

std::unique_ptr<Step> compile_contraction(const Graph& lowered, const Node& node,
                                          const BackendOptions& options) {
  if (!is_contraction(node)) return nullptr;
  const Reading reading(lowered, node);
  if (!reading.parts) return nullptr;
  const Parts& parts = *reading.parts;
  if (parts.own_kernel != OwnKernel::none)
    return make_own_step(parts, argument_order(parts, reading.body, node.inputs.size(), {}), options.threads);
  auto primitive = make_primitive(parts, options.threads);
  require(primitive || !parts.packed_weights, describe(node), ": oneDNN no longer takes ",
          "the weights that were packed for it");
  if (!primitive) return nullptr;
  const auto accumulated = accumulated_part(parts);
  auto step = std::make_unique<ContractionStep>(
      std::move(*primitive), argument_order(parts, reading.body, node.inputs.size(), accumulated),
      options.threads);
  if (accumulated)
    step->accumulate(position_of(reading.body, parts.epilogue[*accumulated].operand),
                     node.results[0].bytes());
  return step;
}

}  // namespace tenon::cpu
