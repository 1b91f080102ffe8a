#include "backend/cpu/matrix/gather.h"

#include <algorithm>
#include <cstring>

#include "backend/cpu/matrix/split.h"

namespace tenon::matrix {

namespace {
// Pixels of which 32 channels are taken: two times sixteen that lie side by side, some of them none.
struct Pixels {
  const void* numbers;
  std::int64_t step;    // from a pixel to the next
  std::int64_t second;  // from the first sixteen channels to the others
  __mmask16 first_mask, second_mask;
  std::int64_t count;
};

__mmask16 first_of(std::int64_t channels) {
  const auto some = static_cast<unsigned>(std::clamp<std::int64_t>(channels, 0, 16));
  return static_cast<__mmask16>((1u << some) - 1);
}

TENON_MATRIX void split_pixels(const Pixels& pixels, std::uint16_t* to, std::int64_t part_size) {
  const auto* from = static_cast<const float*>(pixels.numbers);
  for (std::int64_t i = 0; i < pixels.count; ++i, from += pixels.step, to += kDepth) {
    const __m512 first = _mm512_maskz_loadu_ps(pixels.first_mask, from);
    const __m512 second = _mm512_maskz_loadu_ps(pixels.second_mask, from + pixels.second);
    Split a = split(first), b = split(second);
    if (__builtin_expect(not_finite(first) | not_finite(second), 0)) {
      a = split_any(first);
      b = split_any(second);
    }
    _mm512_storeu_si512(to, halves(a.high, b.high));
    _mm512_storeu_si512(to + part_size, halves(a.middle, b.middle));
    _mm512_storeu_si512(to + 2 * part_size, halves(a.low, b.low));
  }
}

TENON_MATRIX void round_pixels(const Pixels& pixels, std::uint16_t* to) {
  const auto* from = static_cast<const float*>(pixels.numbers);
  for (std::int64_t i = 0; i < pixels.count; ++i, from += pixels.step, to += kDepth)
    _mm512_storeu_si512(to, to_bf16(_mm512_maskz_loadu_ps(pixels.first_mask, from),
                                    _mm512_maskz_loadu_ps(pixels.second_mask, from + pixels.second)));
}

TENON_MATRIX void copy_pixels(const Pixels& pixels, std::uint16_t* to) {
  const auto* from = static_cast<const std::uint16_t*>(pixels.numbers);
  for (std::int64_t i = 0; i < pixels.count; ++i, from += pixels.step, to += kDepth) {
    const __m256i first = _mm256_maskz_loadu_epi16(pixels.first_mask, from);
    const __m256i second = _mm256_maskz_loadu_epi16(pixels.second_mask, from + pixels.second);
    _mm512_storeu_si512(to, _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1));
  }
}

void convert(const Plan& plan, const Pixels& pixels, std::uint16_t* to) {
  if (pixels.count <= 0) return;
  if (plan.problem.x.number == Number::bf16) return copy_pixels(pixels, to);
  if (plan.problem.parts == 1) return round_pixels(pixels, to);
  split_pixels(pixels, to, plan.part_size());
}

void clear(const Plan& plan, std::uint16_t* to, std::int64_t pixels) {
  if (pixels <= 0) return;
  for (int part = 0; part < plan.problem.parts; ++part)
    std::memset(to + part * plan.part_size(), 0, static_cast<std::size_t>(pixels * kDepth) * sizeof *to);
}

// Places along an axis that lie in an image: of all with this phase those from `begin` to `end`.
struct Range {
  std::int64_t begin, end;
};
Range inside(const Axis& axis, std::int64_t phase, std::int64_t length, std::int64_t count) {
  const std::int64_t first = axis.pad - phase, last = length - 1 + first;
  const std::int64_t begin = first <= 0 ? 0 : (first + axis.stride - 1) / axis.stride;
  const std::int64_t end = last < 0 ? 0 : last / axis.stride + 1;
  return {std::min(begin, count), std::clamp(end, std::min(begin, count), count)};
}

const void* at(const void* numbers, Number number, std::int64_t offset) {
  return static_cast<const std::byte*>(numbers) + offset * static_cast<std::int64_t>(size_of(number));
}

// One line of the planes of one phase and block.
struct Line {
  std::int64_t row;  // of the image; it may lie outside
  std::int64_t phase_across;
  std::int64_t block;
};

// `count` pixels of a block of channels, from the one at `pixel` on.
Pixels pixels_of(const Plan& plan, const void* image, std::int64_t block, std::int64_t pixel,
                 std::int64_t count) {
  const Image& x = plan.problem.x;
  const std::int64_t channel = block * kDepth, next = channel + 16, left = x.channels - channel;
  const std::int64_t first_at = channel / x.block * x.block * x.pixels() + channel % x.block;
  const std::int64_t next_at = next / x.block * x.block * x.pixels() + next % x.block;
  const void* const from = at(image, x.number, first_at + pixel * x.block);
  return {from, plan.problem.across.stride * x.block, next_at - first_at, first_of(left), first_of(left - 16),
          count};
}

void gather_line(const Plan& plan, const void* image, const Line& line, std::uint16_t* to) {
  const Image& x = plan.problem.x;
  if (line.row < 0 || line.row >= x.height) return clear(plan, to, plan.columns);
  const Axis& across = plan.problem.across;
  const Range range = inside(across, line.phase_across, x.width, plan.columns);
  const std::int64_t column = range.begin * across.stride + line.phase_across - across.pad;
  clear(plan, to, range.begin);
  convert(plan, pixels_of(plan, image, line.block, line.row * x.width + column, range.end - range.begin),
          to + range.begin * kDepth);
  clear(plan, to + range.end * kDepth, plan.columns - range.end);
}

// A line of the image with all channels of a pixel side by side, and the zeros around it.
template <class T>
void join_channels(const Plan& plan, const T* image, std::int64_t row, T* line) {
  const Image& x = plan.problem.x;
  const std::int64_t pad = plan.problem.across.pad;
  std::memset(line, 0, line_bytes(plan));
  if (row < 0 || row >= x.height) return;
  const std::int64_t places = (plan.columns - 1) * plan.problem.across.stride + plan.problem.across.kernel;
  const std::int64_t seen = std::min(x.width, places - pad);
  for (std::int64_t channel = 0; channel < x.channels; ++channel) {
    const T* from =
        image + channel / x.block * x.block * x.pixels() + channel % x.block + row * x.width * x.block;
    T* to = line + pad * x.channels + channel;
    for (std::int64_t column = 0; column < seen; ++column) to[column * x.channels] = from[column * x.block];
  }
}

template <class T>
void gather_folded(const Plan& plan, const T* image, const Band& band, std::uint16_t* left, T* line) {
  const Axis &down = plan.problem.down, &across = plan.problem.across;
  const std::int64_t folded = across.kernel * plan.problem.x.channels;
  for (std::int64_t phase = 0; phase < plan.phases_down; ++phase)
    for (std::int64_t row = 0; row < band.rows + down.reach() / down.stride; ++row) {
      join_channels(plan, image, (band.first + row) * down.stride + phase - down.pad, line);
      for (std::int64_t block = 0; block < plan.blocks; ++block) {
        const std::int64_t rest = folded - block * kDepth;
        convert(plan,
                {line + block * kDepth, across.stride * plan.problem.x.channels, 16, first_of(rest),
                 first_of(rest - 16), plan.columns},
                left + block * plan.block_size() + phase * plan.plane_size() + row * plan.columns * kDepth);
      }
    }
}
}  // namespace

std::size_t line_bytes(const Plan& plan) {
  if (!plan.folds) return 0;
  const Axis& across = plan.problem.across;
  const std::int64_t places = (plan.columns - 1) * across.stride + across.kernel;
  return static_cast<std::size_t>(places * plan.problem.x.channels) * size_of(plan.problem.x.number);
}

void gather(const Plan& plan, const void* image, const Band& band, std::uint16_t* left, void* line) {
  if (plan.folds) {
    if (plan.problem.x.number == Number::f32)
      return gather_folded(plan, static_cast<const float*>(image), band, left, static_cast<float*>(line));
    return gather_folded(plan, static_cast<const std::uint16_t*>(image), band, left,
                         static_cast<std::uint16_t*>(line));
  }
  if (plan.flat) {
    for (std::int64_t block = 0; block < plan.blocks; ++block)
      convert(plan, pixels_of(plan, image, block, band.first, band.rows), left + block * plan.block_size());
    return;
  }
  const Axis& down = plan.problem.down;
  for (std::int64_t block = 0; block < plan.blocks; ++block)
    for (std::int64_t phase = 0; phase < plan.phases_down * plan.phases_across; ++phase) {
      std::uint16_t* const plane = left + block * plan.block_size() + phase * plan.plane_size();
      for (std::int64_t row = 0; row < band.rows + down.reach() / down.stride; ++row)
        gather_line(plan, image,
                    {(band.first + row) * down.stride + phase / plan.phases_across - down.pad,
                     phase % plan.phases_across, block},
                    plane + row * plan.columns * kDepth);
    }
}

}  // namespace tenon::matrix
