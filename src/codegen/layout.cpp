#include "codegen/layout.h"

namespace tenon::codegen {

namespace {
constexpr std::size_t kAlignment = 64;

std::size_t rounded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }
}  // namespace

ScratchLayout lay_out_scratch(const Kernel& kernel, int threads) {
  ScratchLayout layout;
  for (const BufferSpec& buffer : kernel.buffers) {
    if (buffer.role != BufferRole::scratch) {
      ++layout.outside;
      continue;
    }
    const std::size_t bytes = rounded(static_cast<std::size_t>(buffer.elements) * size_of(buffer.dtype));
    layout.pieces.push_back({layout.bytes, buffer.per_thread ? bytes : 0});
    layout.bytes += buffer.per_thread ? bytes * static_cast<std::size_t>(threads) : bytes;
  }
  return layout;
}

std::vector<std::pair<int, int>> in_place_pairs(const Kernel& kernel) {
  std::vector<std::pair<int, int>> pairs;
  int output = 0;
  for (const BufferSpec& buffer : kernel.buffers) {
    if (buffer.role != BufferRole::output) continue;
    if (buffer.in_place_of != kNone) pairs.emplace_back(output, static_cast<int>(buffer.in_place_of));
    ++output;
  }
  return pairs;
}

}  // namespace tenon::codegen
