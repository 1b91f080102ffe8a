#include "backend/cpu/onednn/winograd_step.h"

#include <algorithm>

#include "backend/cpu/winograd/winograd.h"

namespace tenon::cpu {

namespace {
constexpr std::string_view kLayout = "own winograd ";

bool all_are(const Ints& values, std::int64_t wanted) {
  return std::ranges::all_of(values, [&](std::int64_t value) { return value == wanted; });
}

bool is_plain_3x3(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  if (root.op != Op::conv || root.results[0].dtype != DType::f32) return false;
  const Type& filters = parts.graph.type(root.inputs[1]);
  const auto at_most_one = [](std::int64_t pad) { return pad >= 0 && pad <= 1; };
  return filters.dtype == DType::f32 && filters.rank() == 4 && filters.dims[2].is(3) &&
         filters.dims[3].is(3) && root.attrs.integer("groups") == 1 &&
         all_are(root.attrs.ints("strides"), 1) && all_are(root.attrs.ints("dilations"), 1) &&
         std::ranges::all_of(root.attrs.ints("pads_low"), at_most_one) &&
         std::ranges::all_of(root.attrs.ints("pads_high"), at_most_one);
}

std::int64_t tiles_of(const Shape& result, std::int64_t tile) {
  return result[0] * ((result[2] + tile - 1) / tile) * ((result[3] + tile - 1) / tile);
}

// Large tiles multiply less, but each filter that is read serves fewer of them. Measured on Sapphire Rapids,
// one thread: large over small 1.6 (64 channels, 56x56), 1.5 (128, 28x28), 1.05 (256, 14x14: 16 tiles), 0.8
// (64, 8x8: 4 tiles), 0.7 (512, 7x7). 0 where there are too few for either.
std::int64_t chosen_tile(const Shape& result) {
  constexpr std::int64_t kEnough = 12, kFewest = 9;
  if (tiles_of(result, 4) >= kEnough) return 4;
  return tiles_of(result, 2) >= kFewest ? 2 : 0;
}

struct Ending {
  std::optional<std::size_t> bias, added;  // parts of the epilogue
  std::vector<onednn::PostOp> bounds;      // at most one clip
};

// A bias, an image, bounds: each at most once, in this order.
std::optional<Ending> ending_of(const Parts& parts) {
  Ending ending;
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i) {
    const EpiloguePart& part = parts.epilogue[i];
    if (part.is_bias) {
      ending.bias = i;
    } else if (!part.has_operand) {
      append(ending.bounds, part.post_op);
    } else if (i == accumulated_part(parts) && ending.bounds.empty()) {
      ending.added = i;
    } else {
      return std::nullopt;
    }
  }
  using Kind = onednn::PostOp::Kind;
  const auto is_bound = [](const onednn::PostOp& op) {
    return op.kind == Kind::clip || (op.kind == Kind::relu && op.alpha == 0);
  };
  if (ending.bounds.size() > 1 || !std::ranges::all_of(ending.bounds, is_bound)) return std::nullopt;
  return ending;
}

bool applies(const Parts& parts) {
  return winograd::available() && is_plain_3x3(parts) && parts.operand_blocks[0] == winograd::kBlock &&
         parts.result_block == winograd::kBlock && ending_of(parts).has_value();
}

winograd::Shape shape_of(const Parts& parts, std::int64_t tile) {
  const Node& root = parts.graph.node(parts.root);
  const Shape x = parts.graph.type(root.inputs[0]).shape(), y = root.results[0].shape();
  const Ints& pads = root.attrs.ints("pads_low");
  const auto pad = [&](std::size_t axis) { return pads.empty() ? 0 : pads[axis]; };
  return {x[0], x[1], y[1], x[2], x[3], y[2], y[3], pad(0), pad(1), tile};
}

class PackStep : public Step {
 public:
  PackStep(Shape filters, std::int64_t tile) : filters_(std::move(filters)), tile_(tile) {}
  void run(Stream&, void* const* addresses) override {
    winograd::pack(static_cast<const float*>(addresses[0]), filters_[0], filters_[1], tile_,
                   static_cast<float*>(addresses[1]));
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<PackStep>(*this); }
  std::string describe() const override { return cat("filters of Winograd's tiles of ", tile_); }

 private:
  Shape filters_;
  std::int64_t tile_;
};

class WinogradStep : public Step {
 public:
  struct Arguments {  // places among the addresses
    std::uint32_t x, packed, y;
    std::optional<std::uint32_t> bias, added;
    winograd::Epilogue bounds;
  };
  WinogradStep(const winograd::Plan& plan, const Arguments& arguments) : plan_(plan), at_(arguments) {
    if (at_.added) in_place_.emplace_back(0, static_cast<int>(*at_.added));
  }

  void run(Stream&, void* const* addresses) override {
    const auto numbers = [&](std::uint32_t at) { return static_cast<float*>(addresses[at]); };
    winograd::Epilogue epilogue = at_.bounds;
    if (at_.bias) epilogue.bias = numbers(*at_.bias);
    if (at_.added) epilogue.added = numbers(*at_.added);
    winograd::run(plan_,
                  {numbers(at_.x), numbers(at_.packed), numbers(at_.y), epilogue, addresses[at_.y + 1]});
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<WinogradStep>(*this); }
  std::size_t scratch_bytes() const override { return plan_.scratch_bytes(); }
  // Every place is read before it is written, and by the thread that writes it.
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override {
    return cat("Winograd, tiles of ", plan_.shape.tile, "x", plan_.shape.tile);
  }

 private:
  winograd::Plan plan_;
  Arguments at_;
  std::vector<std::pair<int, int>> in_place_;
};
}  // namespace

std::int64_t winograd_tile(std::string_view layout) {
  if (!layout.starts_with(kLayout)) return 0;
  return layout.substr(kLayout.size()) == "4" ? 4 : 2;
}

std::optional<Packing> winograd_packing(const Parts& parts) {
  if (!applies(parts)) return std::nullopt;
  const Node& root = parts.graph.node(parts.root);
  const std::int64_t tile = chosen_tile(root.results[0].shape());
  if (tile == 0) return std::nullopt;
  const Shape filters = parts.graph.type(root.inputs[1]).shape();
  return Packing{cat(kLayout, tile),
                 static_cast<std::int64_t>(winograd::packed_bytes(filters[0], filters[1], tile))};
}

std::unique_ptr<Step> make_winograd_pack(const Shape& shape, std::int64_t tile) {
  return std::make_unique<PackStep>(shape, tile);
}

std::unique_ptr<Step> make_winograd_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                         int threads) {
  const auto ending = ending_of(parts);
  require(ending.has_value(), "filters were packed for Winograd's tiles, and what follows is not for them");
  WinogradStep::Arguments arguments{places[0], places[1], places.back(), {}, {}, {}};
  std::size_t next = 2;
  for (std::size_t i = 0; i < parts.epilogue.size(); ++i) {
    if (!parts.epilogue[i].has_operand) continue;
    (i == ending->bias ? arguments.bias : arguments.added) = places[next++];
  }
  if (!ending->bounds.empty()) {
    const onednn::PostOp& bound = ending->bounds[0];
    arguments.bounds.low = bound.alpha;  // 0 for relu
    if (bound.kind == onednn::PostOp::Kind::clip) arguments.bounds.high = bound.beta;
  }
  return std::make_unique<WinogradStep>(winograd::make_plan(shape_of(parts, parts.winograd_tile), threads),
                                        arguments);
}

}  // namespace tenon::cpu
