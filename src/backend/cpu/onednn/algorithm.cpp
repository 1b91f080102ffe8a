// When Winograd is worth it. It saves up to 4 of 9 parts in 4 of a 3x3 convolution's multiplications, and
// pays by transforming the weights once a call (more channels, more of it) and the data tile by tile (4x4
// outputs each). So it wins where there are tiles enough to share the weights' part, and channels enough to
// share the tiles'.
//
// Measured, oneDNN 2.6.3, f32, one thread, on Zen 4 and Sapphire Rapids, as direct time over Winograd time:
//   inference, 32 channels or more   0.8 (256 channels, one 4x4 image) and else 1.1 to 5
//              16 channels           0.7 to 1.5, about even
//   inference with large tiles over small ones, 25 tiles or more 1.0 to 1.8; 16 tiles 1.3 to 1.5 with 256
//              channels or more, 0.75 to 0.97 with fewer; 4 tiles 0.8
//   training   64 or more            0.1 to 0.7 at 16 tiles, 1.1 to 4.6 from 48 tiles on
//              32                    0.3 to 0.9 at 64 tiles or fewer, 1.0 to 1.9 at 256 or more
//   gradient of the input, 64 or more  0.1 to 0.6 at 16 tiles, 1.0 to 4 from 48 on
//              32                    0.4 to 1.0 at 64, 1.2 to 1.9 at 256 or more
//              tiles a third empty   0.8 to 0.97 (13x13: 2435 against 2576 us on Zen 4, 1841 against 1490
//              here)
//   gradient of the filter, 64 or more  0.1 to 1.3 at 16 tiles, 1.3 to 6 from 48 on
//              32                    0.4 to 0.96 at 256 or fewer, 1.05 to 1.7 at 1024
#include <algorithm>

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {
namespace {

using Kind = ConvSpec::Kind;

bool all_are(const Shape& shape, std::int64_t value) {
  return std::ranges::all_of(shape, [&](std::int64_t n) { return n == value; });
}

bool winograd_applies(const ConvSpec& spec) {
  const auto at_most_one = [](std::int64_t n) { return n >= 0 && n <= 1; };
  return spec.w.dims.size() == 4 && spec.w.dims[2] == 3 && spec.w.dims[3] == 3 && all_are(spec.strides, 1) &&
         all_are(spec.dilations, 1) && std::ranges::all_of(spec.pad_begin, at_most_one) &&
         std::ranges::all_of(spec.pad_end, at_most_one) && spec.x.dtype == DType::f32 &&
         spec.w.dtype == DType::f32 && spec.y.dtype == DType::f32;
}

std::int64_t tiles_along(std::int64_t extent) { return (extent + 3) / 4; }

std::int64_t least_tiles(Kind kind, std::int64_t channels) {
  if (channels >= 64) return 48;
  if (kind == Kind::forward_training) return 128;
  return kind == Kind::input_gradient ? 256 : 512;
}

ConvSpec::Algorithm inference_tiles(std::int64_t tiles, std::int64_t channels) {
  const bool are_enough = tiles >= 25 || (tiles >= 16 && channels >= 256);
  return are_enough ? ConvSpec::Algorithm::winograd_large : ConvSpec::Algorithm::winograd;
}

ConvSpec with_layout(ConvSpec spec, const Layout& layout) {
  spec.algorithm = ConvSpec::Algorithm::direct;
  for (Operand* operand : {&spec.x, &spec.y})
    if (operand->layout.is_any()) operand->layout = layout;
  return spec;
}

}  // namespace

std::vector<ConvSpec> candidates(const ConvSpec& spec) {
  using Algorithm = ConvSpec::Algorithm;
  std::vector<ConvSpec> ways;
  const Algorithm chosen = choose_algorithm(spec);
  for (const Algorithm algorithm : {Algorithm::winograd_large, Algorithm::winograd, Algorithm::direct}) {
    if (is_winograd(algorithm) && !winograd_applies(spec)) continue;
    // Elsewhere the library has the large tiles alone, and finds them itself.
    if (algorithm == Algorithm::winograd_large && spec.kind != Kind::forward_inference) continue;
    ways.push_back(spec);
    ways.back().algorithm = algorithm;
  }
  std::ranges::stable_partition(ways, [&](const ConvSpec& way) { return way.algorithm == chosen; });
  const std::size_t rank = spec.x.dims.size();
  for (const Layout& layout : {channels_last(rank), row_major(rank)})
    if (spec.x.layout.is_any() || spec.y.layout.is_any()) ways.push_back(with_layout(spec, layout));
  return ways;
}

ConvSpec::Algorithm choose_algorithm(const ConvSpec& spec) {
  using Algorithm = ConvSpec::Algorithm;
  if (!winograd_applies(spec)) return Algorithm::direct;
  const std::int64_t channels = std::min(spec.w.dims[0], spec.w.dims[1]);
  if (channels < 32) return Algorithm::direct;
  const Shape& result = spec.kind == Kind::input_gradient ? spec.x.dims : spec.y.dims;
  const std::int64_t tiles_an_image = tiles_along(result[2]) * tiles_along(result[3]);
  if (spec.kind == Kind::forward_inference) return inference_tiles(result[0] * tiles_an_image, channels);

  const double filled = static_cast<double>(result[2] * result[3]) / static_cast<double>(16 * tiles_an_image);
  if (spec.kind == Kind::input_gradient && filled < 0.7) return Algorithm::direct;
  return result[0] * tiles_an_image >= least_tiles(spec.kind, channels) ? Algorithm::winograd
                                                                        : Algorithm::direct;
}

}  // namespace tenon::onednn
