#include "backend/cpu/onednn/depthwise_kernel.h"

#include "backend/cpu/blocked/depthwise.h"
#include "backend/cpu/blocked/product.h"
#include "backend/cpu/onednn/kernel_terms.h"

namespace tenon::cpu {

namespace {
depthwise::Shape shape_of(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  const Type& image = parts.graph.type(root.inputs[0]);
  const Shape x = image.shape(), w = parts.graph.type(root.inputs[1]).shape(), y = root.results[0].shape();
  return {x[0],
          x[1],
          {*number_of(image.dtype), x[2], x[3]},
          {*number_of(parts.stored_type().dtype), y[2], y[3]},
          axis_of(root.attrs, 0, w[2]),
          axis_of(root.attrs, 1, w[3])};
}

bool is_depthwise(const Parts& parts, const Node& root) {
  if (root.op != Op::conv || root.results[0].rank() != 4) return false;
  const Shape filters = parts.graph.type(root.inputs[1]).shape();
  return filters[1] == 1 && filters[0] == root.attrs.integer("groups") && filters[0] % blocked::kBlock == 0 &&
         parts.operand_blocks[0] == blocked::kBlock && parts.result_block == blocked::kBlock;
}

bool has_types(const Parts& parts, const Node& root) {
  const DType filters = parts.graph.type(root.inputs[1]).dtype;
  return number_of(parts.graph.type(root.inputs[0]).dtype) && number_of(filters) &&
         number_of(parts.stored_type().dtype);
}

class PackStep : public Step {
 public:
  explicit PackStep(const Type& filters) : filters_(filters) {}
  void run(Stream&, void* const* addresses) override {
    const Shape dims = filters_.shape();
    depthwise::pack({addresses[0], *number_of(filters_.dtype), dims[0], dims[2] * dims[3]},
                    static_cast<float*>(addresses[1]));
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<PackStep>(*this); }
  std::string describe() const override { return "filters in blocks"; }

 private:
  Type filters_;
};

class DepthwiseStep : public Step {
 public:
  DepthwiseStep(const depthwise::Shape& shape, const Places& places, const matrix::Epilogue& ending,
                int threads)
      : shape_(shape), at_(places), ending_(ending), threads_(threads) {
    if (at_.added && ending.added_number == shape.y.number)
      in_place_.emplace_back(0, static_cast<int>(*at_.added));
  }
  void run(Stream&, void* const* addresses) override {
    matrix::Epilogue epilogue = ending_;
    if (at_.bias) epilogue.bias = static_cast<const float*>(addresses[*at_.bias]);
    if (at_.added) epilogue.added = addresses[*at_.added];
    depthwise::run(
        shape_,
        {addresses[at_.x], static_cast<const float*>(addresses[at_.packed]), addresses[at_.y], epilogue},
        threads_);
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<DepthwiseStep>(*this); }
  // Every place of what is added is read before it is written, and by the thread that writes it.
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override { return "sums of each channel"; }

 private:
  depthwise::Shape shape_;
  Places at_;
  matrix::Epilogue ending_;
  int threads_;
  std::vector<std::pair<int, int>> in_place_;
};
}  // namespace

bool fits_depthwise_kernel(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  if (!blocked::available() || !is_depthwise(parts, root) || !has_types(parts, root)) return false;
  const auto ending = ending_of(parts);
  return ending && knows_operands(parts, *ending) && pads_with_zeros(root.attrs) &&
         depthwise::fits(shape_of(parts));
}

// Measured on Sapphire Rapids, one thread and two, the library's time over ours: 3x3 over images of 40 pixels
// and more across 1.0 to 1.1 and 1.0 to 1.6, over narrower ones 0.92 to 0.96; 5x5 1.1 to 1.2.
bool gains_by_depthwise_kernel(const Parts& parts) {
  constexpr std::int64_t kWide = 32;
  const depthwise::Shape shape = shape_of(parts);
  return shape.across.kernel > 3 || shape.x.width >= kWide;
}

std::size_t depthwise_filter_bytes(const Type& filters) {
  return static_cast<std::size_t>(element_count(filters.shape())) * sizeof(float);
}

std::unique_ptr<Step> make_depthwise_pack(const Type& filters) { return std::make_unique<PackStep>(filters); }

std::unique_ptr<Step> make_depthwise_step(const Parts& parts, const std::vector<std::uint32_t>& given,
                                          int threads) {
  const auto ending = ending_of(parts);
  require(ending.has_value(), "filters were packed for a kernel that does not do what follows them");
  return std::make_unique<DepthwiseStep>(shape_of(parts), places_of(parts, *ending, given),
                                         epilogue_of(parts, *ending), threads);
}

}  // namespace tenon::cpu
