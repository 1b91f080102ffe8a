// What our own kernels do to a result before they store it.
#pragma once

#include <limits>
#include <optional>

#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// A bias, something like the result that is added, bounds: each at most once, in this order; then the result
// may be rounded to a narrower type.
struct Ending {
  std::optional<std::size_t> bias, added;  // parts of the epilogue
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};
std::optional<Ending> ending_of(const Parts& parts);

// The places among a step's addresses.
struct Places {
  std::uint32_t x, packed, y;
  std::optional<std::uint32_t> bias, added;
};
// `given` are those of the image, the filters, each operand of the epilogue and the result.
Places places_of(const Parts& parts, const Ending& ending, const std::vector<std::uint32_t>& given);

}  // namespace tenon::cpu
