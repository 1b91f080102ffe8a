#include "backend/cpu/onednn/blocked_kernels.h"

#include <algorithm>

#include "backend/cpu/blocked/pointwise.h"
#include "backend/cpu/blocked/winograd.h"
#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/onednn/ending.h"

namespace tenon::cpu {

namespace {
winograd::Way way_of(OwnKernel kernel) {
  return {kernel == OwnKernel::winograd_small ? 2 : 4,
          kernel == OwnKernel::winograd_matrix ? winograd::Unit::matrix : winograd::Unit::vectors};
}

bool all_are(const Ints& values, std::int64_t wanted) {
  return std::ranges::all_of(values, [&](std::int64_t value) { return value == wanted; });
}

bool ends_in_f32(const Parts& parts) {
  return std::ranges::all_of(parts.epilogue, [&](const EpiloguePart& part) {
    return !part.has_operand || parts.graph.type(part.operand).dtype == DType::f32;
  });
}

// What the kernels have in common: f32, two spatial axes, a single group, and blocks that they know.
bool is_dense_image(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  return root.op == Op::conv && root.results[0].dtype == DType::f32 && root.results[0].rank() == 4 &&
         parts.graph.type(root.inputs[1]).dtype == DType::f32 && root.attrs.integer("groups") == 1 &&
         parts.operand_blocks[0] == blocked::kBlock && parts.result_block == blocked::kBlock;
}

bool has_kernel_of(const Parts& parts, std::int64_t size) {
  const Type& filters = parts.graph.type(parts.graph.node(parts.root).inputs[1]);
  return filters.dims[2].is(size) && filters.dims[3].is(size);
}

bool is_winograd_kind(const Parts& parts) {
  const Attrs& attrs = parts.graph.node(parts.root).attrs;
  const auto at_most_one = [](std::int64_t pad) { return pad >= 0 && pad <= 1; };
  return has_kernel_of(parts, 3) && all_are(attrs.ints("strides"), 1) &&
         all_are(attrs.ints("dilations"), 1) && std::ranges::all_of(attrs.ints("pads_low"), at_most_one) &&
         std::ranges::all_of(attrs.ints("pads_high"), at_most_one);
}

bool is_pointwise_kind(const Parts& parts) {
  const Attrs& attrs = parts.graph.node(parts.root).attrs;
  return has_kernel_of(parts, 1) &&
         (all_are(attrs.ints("strides"), 1) || all_are(attrs.ints("strides"), 2)) &&
         all_are(attrs.ints("pads_low"), 0) && all_are(attrs.ints("pads_high"), 0);
}

std::int64_t tiles_of(const Shape& result, std::int64_t tile) {
  return result[0] * ((result[2] + tile - 1) / tile) * ((result[3] + tile - 1) / tile);
}

bool fills_tiles(const Shape& filters) {
  return matrix::available() && filters[0] % 32 == 0 && filters[1] % 32 == 0;
}

// The matrix unit multiplies large tiles faster, but their numbers are split first and filters are half as
// large again. Measured on Sapphire Rapids, vectors over matrix unit: 1.2 to 1.3 (64 channels, 56x56 to
// 224x224), 1.15 (32, 112x112), 0.9 (64, 28x28: 49 tiles), 0.6 to 0.75 where the filters do not stay near (96
// and more).
bool gains_by_matrix_unit(const Shape& filters, std::int64_t tiles) {
  constexpr std::int64_t kEnough = 128;
  constexpr std::size_t kNear = 1 << 20;
  return fills_tiles(filters) && tiles >= kEnough &&
         blocked_filter_bytes(filters, OwnKernel::winograd_matrix) <= kNear;
}

// Large tiles multiply less, but their filters are larger, 4 times the plain ones and not 1.8 times, and each
// that is read serves fewer of them. Measured on Sapphire Rapids, one thread: large over small 1.6 (64
// channels, 56x56), 1.5 (128, 28x28), 1.6 (32, 16x16: 16 tiles), 1.15 (256, 14x14: 16 tiles), 0.8 (64, 8x8: 4
// tiles), 0.7 (512, 7x7). Too few for either are the library's.
OwnKernel winograd_for(const Shape& filters, const Shape& result) {
  constexpr std::int64_t kEnough = 12, kFewest = 9;
  const std::int64_t tiles = tiles_of(result, 4);
  if (gains_by_matrix_unit(filters, tiles)) return OwnKernel::winograd_matrix;
  if (tiles >= kEnough) return OwnKernel::winograd_large;
  return tiles_of(result, 2) >= kFewest ? OwnKernel::winograd_small : OwnKernel::none;
}

// Measured in the same place, over the library's: 1.0 to 1.25, whatever the size of the image, but 0.93
// to 1.0 from few channels to few, where loading and storing take longer than the sums.
OwnKernel pointwise_for(const Shape& filters) {
  constexpr std::int64_t kMany = 64;
  return filters[0] >= kMany || filters[1] >= kMany ? OwnKernel::pointwise : OwnKernel::none;
}

winograd::Shape winograd_shape(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  const Shape x = parts.graph.type(root.inputs[0]).shape(), y = root.results[0].shape();
  const Ints& pads = root.attrs.ints("pads_low");
  const auto pad = [&](std::size_t axis) { return pads.empty() ? 0 : pads[axis]; };
  return {x[0], x[1], y[1], x[2], x[3], y[2], y[3], pad(0), pad(1), way_of(parts.own_kernel)};
}

pointwise::Shape pointwise_shape(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  const Shape x = parts.graph.type(root.inputs[0]).shape();
  const Ints& strides = root.attrs.ints("strides");
  return {x[0], x[1], root.results[0].shape()[1], x[2], x[3], strides.empty() ? 1 : strides[0]};
}

class PackStep : public Step {
 public:
  PackStep(Shape filters, OwnKernel kernel) : filters_(std::move(filters)), kernel_(kernel) {}
  void run(Stream&, void* const* addresses) override {
    const auto* const from = static_cast<const float*>(addresses[0]);
    if (kernel_ == OwnKernel::pointwise)
      pointwise::pack(from, filters_[0], filters_[1], static_cast<float*>(addresses[1]));
    else
      winograd::pack({from, filters_[0], filters_[1]}, way_of(kernel_), addresses[1]);
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<PackStep>(*this); }
  std::string describe() const override { return "filters in panels"; }

 private:
  Shape filters_;
  OwnKernel kernel_;
};

class OwnStep : public Step {
 public:
  OwnStep(const Places& places, const Ending& ending) : at_(places), ending_(ending) {
    if (at_.added) in_place_.emplace_back(0, static_cast<int>(*at_.added));
  }
  // Every place is read before it is written, and by the thread that writes it.
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }

 protected:
  float* numbers(void* const* addresses, std::uint32_t at) const {
    return static_cast<float*>(addresses[at]);
  }
  blocked::Epilogue epilogue(void* const* addresses) const {
    blocked::Epilogue epilogue{nullptr, nullptr, ending_.low, ending_.high};
    if (at_.bias) epilogue.bias = numbers(addresses, *at_.bias);
    if (at_.added) epilogue.added = numbers(addresses, *at_.added);
    return epilogue;
  }

  const Places at_;

 private:
  Ending ending_;
  std::vector<std::pair<int, int>> in_place_;
};

class WinogradStep : public OwnStep {
 public:
  WinogradStep(const winograd::Plan& plan, const Places& places, const Ending& ending)
      : OwnStep(places, ending), plan_(plan) {}
  void run(Stream&, void* const* addresses) override {
    winograd::run(plan_, {numbers(addresses, at_.x), addresses[at_.packed], numbers(addresses, at_.y),
                          epilogue(addresses), addresses[at_.y + 1]});
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<WinogradStep>(*this); }
  std::size_t scratch_bytes() const override { return plan_.scratch_bytes(); }
  std::string describe() const override {
    const auto& [tile, unit] = plan_.shape.way;
    return cat("Winograd, tiles of ", tile, "x", tile, unit == winograd::Unit::matrix ? ", matrix unit" : "");
  }

 private:
  winograd::Plan plan_;
};

class PointwiseStep : public OwnStep {
 public:
  PointwiseStep(const pointwise::Shape& shape, const Places& places, const Ending& ending, int threads)
      : OwnStep(places, ending), shape_(shape), threads_(threads) {}
  void run(Stream&, void* const* addresses) override {
    pointwise::run(shape_,
                   {numbers(addresses, at_.x), numbers(addresses, at_.packed), numbers(addresses, at_.y),
                    epilogue(addresses)},
                   threads_);
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<PointwiseStep>(*this); }
  std::string describe() const override { return "products of pixels"; }

 private:
  pointwise::Shape shape_;
  int threads_;
};

}  // namespace

bool fits_blocked_kernel(const Parts& parts, OwnKernel kernel) {
  if (!blocked::available() || !is_dense_image(parts) || !ends_in_f32(parts) || !ending_of(parts))
    return false;
  if (kernel == OwnKernel::pointwise) return is_pointwise_kind(parts);
  const Shape filters = parts.graph.type(parts.graph.node(parts.root).inputs[1]).shape();
  return is_winograd_kind(parts) && (kernel != OwnKernel::winograd_matrix || fills_tiles(filters));
}

OwnKernel blocked_kernel(const Parts& parts) {
  if (!blocked::available() || !is_dense_image(parts) || !ends_in_f32(parts) || !ending_of(parts))
    return OwnKernel::none;
  const Node& root = parts.graph.node(parts.root);
  const Shape filters = parts.graph.type(root.inputs[1]).shape();
  if (is_winograd_kind(parts)) return winograd_for(filters, root.results[0].shape());
  return is_pointwise_kind(parts) ? pointwise_for(filters) : OwnKernel::none;
}

std::size_t blocked_filter_bytes(const Shape& filters, OwnKernel kernel) {
  if (kernel == OwnKernel::pointwise)
    return static_cast<std::size_t>(filters[0] * filters[1]) * sizeof(float);
  return winograd::packed_bytes(filters[0], filters[1], way_of(kernel));
}

std::unique_ptr<Step> make_blocked_pack(const Shape& filters, OwnKernel kernel) {
  return std::make_unique<PackStep>(filters, kernel);
}

std::unique_ptr<Step> make_blocked_convolution(const Parts& parts, const std::vector<std::uint32_t>& given,
                                               int threads) {
  const auto ending = ending_of(parts);
  require(ending.has_value(), "filters were packed for a kernel that does not do what follows them");
  const Places places = places_of(parts, *ending, given);
  if (parts.own_kernel == OwnKernel::pointwise)
    return std::make_unique<PointwiseStep>(pointwise_shape(parts), places, *ending, threads);
  return std::make_unique<WinogradStep>(winograd::make_plan(winograd_shape(parts), threads), places, *ending);
}

}  // namespace tenon::cpu
