#include "backend/cpu/onednn/matrix_kernels.h"

#include <algorithm>

#include "backend/cpu/onednn/kernel_terms.h"

namespace tenon::cpu {

namespace {
using matrix::Number;
using matrix::Problem;

int parts_of(DType weights) { return weights == DType::bf16 ? 1 : 3; }

// A row of a matrix is a pixel, its columns are channels.
Problem product_of(const Type& a, const Type& result) {
  const Shape left = a.shape();
  const std::int64_t depth = left.back(), rows = element_count(left) / depth, columns = result.shape().back();
  Problem problem;
  problem.x = {Number::f32, depth, rows, 1, depth};
  problem.y = {Number::f32, columns, rows, 1, columns};
  return problem;
}

Problem convolution_of(const Parts& parts, const Node& root) {
  const Shape x = parts.graph.type(root.inputs[0]).shape(), w = parts.graph.type(root.inputs[1]).shape();
  const Shape y = root.results[0].shape();
  Problem problem;
  problem.images = x[0];
  problem.x = {Number::f32, x[1], x[2], x[3], std::max<std::int64_t>(1, parts.operand_blocks[0])};
  problem.y = {Number::f32, y[1], y[2], y[3], std::max<std::int64_t>(1, parts.result_block)};
  problem.down = axis_of(root.attrs, 0, w[2]);
  problem.across = axis_of(root.attrs, 1, w[3]);
  return problem;
}

Problem problem_of(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  const Type& a = parts.graph.type(root.inputs[0]);
  Problem problem = root.op == Op::matmul ? product_of(a, root.results[0]) : convolution_of(parts, root);
  problem.x.number = *number_of(a.dtype);
  problem.y.number = *number_of(parts.stored_type().dtype);
  problem.parts = parts_of(parts.graph.type(root.inputs[1]).dtype);
  return problem;
}

bool has_types(const Parts& parts) {
  const Node& root = parts.graph.node(parts.root);
  const DType a = parts.graph.type(root.inputs[0]).dtype, b = parts.graph.type(root.inputs[1]).dtype;
  return a == b && number_of(a) && number_of(parts.stored_type().dtype);
}

bool is_product(const Parts& parts, const Node& root) {
  const Shape b = parts.graph.type(root.inputs[1]).shape();
  return root.op == Op::matmul && b.size() == 2 && !root.attrs.flag("transpose_a");
}

bool is_convolution(const Parts& parts, const Node& root) {
  return root.op == Op::conv && root.results[0].rank() == 4 && root.attrs.integer("groups") == 1 &&
         parts.result_block >= 16 && pads_with_zeros(root.attrs);
}

// The unit's kernels read planes only where they fold them, and the filters of what folds are packed by their
// shape alone.
bool has_layout(const Problem& problem) {
  const matrix::Plan plan = matrix::make_plan(problem, 1);
  if (problem.across.dilation != 1 && matrix::folds(problem.x.channels, problem.across.kernel)) return false;
  return plan.folds || problem.x.block >= 16 || problem.x.block == problem.x.channels;
}

// Weights as the kernels see them: a matrix [depth, columns], or one that is transposed, or filters.
struct Weights {
  Problem problem;  // as far as packing asks
  matrix::Filters filters;
};

Weights weights_of(const Type& type, OwnKernel kernel) {
  const Shape dims = type.shape();
  const bool is_transposed = kernel == OwnKernel::matrix_transposed;
  Weights weights;
  weights.problem.parts = parts_of(type.dtype);
  weights.filters = {nullptr, *number_of(type.dtype), 1, 1, 0, 0};
  if (dims.size() == 2) {
    const std::int64_t depth = dims[is_transposed ? 1 : 0], columns = dims[is_transposed ? 0 : 1];
    weights.problem.x = {Number::f32, depth, 1, 1, depth};
    weights.problem.y = {Number::f32, columns, 1, 1, columns};
    (is_transposed ? weights.filters.filter : weights.filters.channel) = dims[1];
    return weights;
  }
  weights.problem.x = {Number::f32, dims[1], dims[2], dims[3], dims[1]};
  weights.problem.y = {Number::f32, dims[0], 1, 1, dims[0]};
  weights.problem.down.kernel = dims[2];
  weights.problem.across.kernel = dims[3];
  weights.filters.filter = dims[1] * dims[2] * dims[3];
  weights.filters.channel = dims[2] * dims[3];
  weights.filters.row = dims[3];
  weights.filters.column = 1;
  return weights;
}

class PackStep : public Step {
 public:
  explicit PackStep(const Weights& weights)
      : plan_(matrix::make_plan(weights.problem, 1)), filters_(weights.filters) {}
  void run(Stream&, void* const* addresses) override {
    matrix::Filters filters = filters_;
    filters.numbers = addresses[0];
    matrix::pack(plan_, filters, addresses[1]);
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<PackStep>(*this); }
  std::string describe() const override { return "weights in tiles"; }

 private:
  matrix::Plan plan_;
  matrix::Filters filters_;
};

class MatrixStep : public Step {
 public:
  MatrixStep(matrix::Plan plan, const Places& places, const matrix::Epilogue& ending)
      : plan_(std::move(plan)), at_(places), ending_(ending) {
    if (at_.added && ending.added_number == plan_.problem.y.number)
      in_place_.emplace_back(0, static_cast<int>(*at_.added));
  }
  void run(Stream&, void* const* addresses) override {
    matrix::Epilogue epilogue = ending_;
    if (at_.bias) epilogue.bias = static_cast<const float*>(addresses[*at_.bias]);
    if (at_.added) epilogue.added = addresses[*at_.added];
    matrix::run(plan_, {addresses[at_.x], addresses[at_.packed], addresses[at_.y], epilogue,
                        scratch_bytes() ? addresses[at_.y + 1] : nullptr});
  }
  std::unique_ptr<Step> twin() const override { return std::make_unique<MatrixStep>(*this); }
  std::size_t scratch_bytes() const override { return plan_.scratch_bytes(); }
  // Every place is read before it is written, and by the thread that writes it.
  std::span<const std::pair<int, int>> in_place() const override { return in_place_; }
  std::string describe() const override {
    return plan_.problem.parts == 3 ? "matrix unit, f32 in three parts" : "matrix unit, bf16";
  }

 private:
  matrix::Plan plan_;
  Places at_;
  matrix::Epilogue ending_;
  std::vector<std::pair<int, int>> in_place_;
};

// Below some 3 us a product ends before a second thread has woken up. A tile takes as long for one row as for
// sixteen.
bool is_worth_sharing(const Problem& problem) {
  constexpr std::int64_t kFewest = 3'000'000;  // multiplications of bf16
  const std::int64_t rows = std::max(matrix::kTileRows, problem.images * problem.y.pixels());
  const std::int64_t depth = problem.x.channels * problem.down.kernel * problem.across.kernel;
  return rows * depth * problem.y.channels * (problem.parts == 3 ? 6 : 1) > kFewest;
}
}  // namespace

bool fits_matrix_unit(const Parts& parts) {
  if (!matrix::available() || !has_types(parts)) return false;
  const Node& root = parts.graph.node(parts.root);
  const auto ending = ending_of(parts);
  if (!ending || !knows_operands(parts, *ending)) return false;
  return (is_product(parts, root) || is_convolution(parts, root)) && has_layout(problem_of(parts));
}

// Measured on Sapphire Rapids, one thread: f32 in three parts runs at 200 to 470 GFLOP/s where the vector
// units reach 178, but each number of the left side is split first, and weights are half as large again: from
// few channels, to few, or for few rows there is nothing to gain. bf16 has neither.
bool gains_by_matrix_unit(const Parts& parts) {
  constexpr std::int64_t kFewestRows = 16, kFewestChannels = 32;
  const Problem problem = problem_of(parts);
  if (problem.parts == 1) return true;
  return problem.images * problem.y.pixels() >= kFewestRows && problem.x.channels >= kFewestChannels &&
         problem.y.channels >= kFewestChannels;
}

std::size_t matrix_weight_bytes(const Type& weights, OwnKernel kernel) {
  return matrix::make_plan(weights_of(weights, kernel).problem, 1).packed_bytes();
}

std::unique_ptr<Step> make_matrix_pack(const Type& weights, OwnKernel kernel) {
  return std::make_unique<PackStep>(weights_of(weights, kernel));
}

std::unique_ptr<Step> make_matrix_step(const Parts& parts, const std::vector<std::uint32_t>& given,
                                       int threads) {
  const auto ending = ending_of(parts);
  require(ending.has_value(), "weights were packed for a kernel that does not do what follows them");
  const Problem problem = problem_of(parts);
  return std::make_unique<MatrixStep>(matrix::make_plan(problem, is_worth_sharing(problem) ? threads : 1),
                                      places_of(parts, *ending, given), epilogue_of(parts, *ending));
}

}  // namespace tenon::cpu
