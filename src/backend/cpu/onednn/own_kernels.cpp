#include "backend/cpu/onednn/own_kernels.h"

#include <algorithm>

#include "backend/cpu/onednn/blocked_kernels.h"
#include "backend/cpu/onednn/depthwise_kernel.h"
#include "backend/cpu/onednn/matrix_kernels.h"

namespace tenon::cpu {

namespace {
constexpr std::pair<OwnKernel, std::string_view> kLayouts[] = {
    {OwnKernel::winograd_small, "own winograd 2"},
    {OwnKernel::winograd_large, "own winograd 4"},
    {OwnKernel::winograd_matrix, "own winograd 4 matrix"},
    {OwnKernel::pointwise, "own pointwise"},
    {OwnKernel::depthwise, "own depthwise"},
    {OwnKernel::matrix, "own matrix"},
    {OwnKernel::matrix_transposed, "own matrix transposed"}};

bool is_matrix(OwnKernel kernel) {
  return kernel == OwnKernel::matrix || kernel == OwnKernel::matrix_transposed;
}

std::size_t weight_bytes(const Type& weights, OwnKernel kernel) {
  if (is_matrix(kernel)) return matrix_weight_bytes(weights, kernel);
  return kernel == OwnKernel::depthwise ? depthwise_filter_bytes(weights)
                                        : blocked_filter_bytes(weights.shape(), kernel);
}

OwnKernel matrix_form(const Node& root) {
  const bool is_transposed = root.op == Op::matmul && root.attrs.flag("transpose_b");
  return is_transposed ? OwnKernel::matrix_transposed : OwnKernel::matrix;
}

bool can_run(const Parts& parts, OwnKernel kernel) {
  const Node& root = parts.graph.node(parts.root);
  if (is_matrix(kernel)) return kernel == matrix_form(root) && fits_matrix_unit(parts);
  if (kernel == OwnKernel::depthwise) return fits_depthwise_kernel(parts);
  return root.op == Op::conv && fits_blocked_kernel(parts, kernel);
}

// Winograd's way multiplies so much less that the matrix unit is no faster in f32, unless its filters are
// many and few tiles share them: they are four times the plain ones, and come from far away. Measured on
// Sapphire Rapids, one and two threads, 256 channels of 14x14, us: 490 and 345 against 520 and 270.
bool waits_for_filters(const Parts& parts, OwnKernel blocked) {
  constexpr std::int64_t kMany = 256 * 256, kFewTiles = 16;
  const Node& root = parts.graph.node(parts.root);
  const Shape filters = parts.graph.type(root.inputs[1]).shape(), y = root.results[0].shape();
  return blocked == OwnKernel::winograd_large && filters[0] * filters[1] >= kMany &&
         y[0] * ((y[2] + 3) / 4) * ((y[3] + 3) / 4) <= kFewTiles;
}

OwnKernel chosen_kernel(const Parts& parts) {
  if (fits_depthwise_kernel(parts))
    return gains_by_depthwise_kernel(parts) ? OwnKernel::depthwise : OwnKernel::none;
  const Node& root = parts.graph.node(parts.root);
  const OwnKernel blocked = root.op == Op::conv ? blocked_kernel(parts) : OwnKernel::none;
  const bool is_winograd = blocked != OwnKernel::none && blocked != OwnKernel::pointwise;
  if (is_winograd && !waits_for_filters(parts, blocked)) return blocked;
  if (!fits_matrix_unit(parts) || !gains_by_matrix_unit(parts)) return blocked;
  return matrix_form(root);
}
}  // namespace

OwnKernel own_kernel(std::string_view layout) {
  for (const auto& [kernel, name] : kLayouts)
    if (layout == name) return kernel;
  return OwnKernel::none;
}

std::vector<std::string> own_ways(const Parts& parts) {
  const OwnKernel chosen = chosen_kernel(parts);
  std::vector<std::string> ways{""};
  for (const auto& [kernel, layout] : kLayouts)
    if (kernel == chosen)
      ways.insert(ways.begin(), std::string(layout));
    else if (can_run(parts, kernel))
      ways.emplace_back(layout);
  return ways;
}

Packing own_packing(const Parts& parts, OwnKernel kernel) {
  const auto layout = std::ranges::find(kLayouts, kernel, &std::pair<OwnKernel, std::string_view>::first);
  require(layout != std::end(kLayouts) && can_run(parts, kernel),
          "a contraction was tuned for a kernel that does not do it");
  const Type& weights = parts.graph.type(parts.graph.node(parts.root).inputs[1]);
  const std::size_t bytes = weight_bytes(weights, kernel);
  return {std::string(layout->second), static_cast<std::int64_t>(bytes)};
}

std::unique_ptr<Step> make_own_pack(const Type& weights, OwnKernel kernel) {
  if (is_matrix(kernel)) return make_matrix_pack(weights, kernel);
  return kernel == OwnKernel::depthwise ? make_depthwise_pack(weights)
                                        : make_blocked_pack(weights.shape(), kernel);
}

std::unique_ptr<Step> make_own_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                    int threads) {
  if (is_matrix(parts.own_kernel)) return make_matrix_step(parts, places, threads);
  return parts.own_kernel == OwnKernel::depthwise ? make_depthwise_step(parts, places, threads)
                                                  : make_blocked_convolution(parts, places, threads);
}

}  // namespace tenon::cpu
