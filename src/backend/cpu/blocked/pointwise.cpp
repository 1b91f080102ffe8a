#include "backend/cpu/blocked/pointwise.h"

#include <algorithm>

#include "backend/cpu/blocked/lanes.h"
#include "backend/cpu/parts.h"

namespace tenon::pointwise {

namespace {
using blocked::kBlock;

// A part of the work: some rows of pixels, and of their results some filters.
struct Part {
  std::int64_t first_row, end_row;
  std::int64_t first_filter, end_filter;
};

// Without a stride all pixels are one after another, and may be cut anywhere: rows of one pixel.
struct Grid {
  std::int64_t rows, pixels;  // of a result
};
Grid grid_of(const Shape& shape) {
  if (shape.stride == 1) return {shape.height * shape.width, 1};
  return {shape.out_height(), shape.out_width()};
}

void multiply_panel(const Shape& shape, const Arguments& arguments, const Part& part, std::int64_t image,
                    std::int64_t filter) {
  const Grid grid = grid_of(shape);
  const std::int64_t in = shape.height * shape.width * kBlock, out = grid.rows * grid.pixels * kBlock;
  const std::int64_t row_in = (shape.stride == 1 ? 1 : shape.stride * shape.width) * kBlock;
  const std::int64_t rows_at_once = shape.stride == 1 ? part.end_row - part.first_row : 1;
  for (std::int64_t row = part.first_row; row < part.end_row; row += rows_at_once) {
    const std::int64_t to = (image * shape.filters + filter) / kBlock * out + row * grid.pixels * kBlock;
    blocked::Epilogue epilogue = arguments.epilogue;
    if (epilogue.bias) epilogue.bias += filter;
    if (epilogue.added) epilogue.added += to;
    blocked::multiply({.image = arguments.x + image * shape.channels / kBlock * in + row * row_in,
                       .channels = shape.channels,
                       .image_stride = in,
                       .step = shape.stride,
                       .panel = arguments.packed + filter * shape.channels,
                       .width = blocked::panel_width(shape.filters),
                       .out = arguments.y + to,
                       .out_stride = out,
                       .pixels = rows_at_once * grid.pixels,
                       .epilogue = &epilogue});
  }
}

// As many rows at a time as stay near while the panels pass by.
void run_part(const Shape& shape, const Arguments& arguments, const Part& part, std::int64_t image) {
  constexpr std::int64_t kNear = 1 << 17;  // numbers of an image
  constexpr std::int64_t kFewest = 14;
  const std::int64_t width = blocked::panel_width(shape.filters), pixels = grid_of(shape).pixels;
  const std::int64_t near = std::max(kFewest, kNear / shape.channels / kFewest * kFewest);
  const std::int64_t rows = std::max<std::int64_t>(1, near / pixels);
  for (std::int64_t row = part.first_row; row < part.end_row; row += rows)
    for (std::int64_t filter = part.first_filter; filter < part.end_filter; filter += width)
      multiply_panel(shape, arguments, {row, std::min(row + rows, part.end_row), 0, 0}, image, filter);
}

std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t parts) { return whole * part / parts; }
}  // namespace

TENON_AVX512 void pack(const float* filters, std::int64_t count, std::int64_t channels, float* packed) {
  const std::int64_t width = blocked::panel_width(count);
  for (std::int64_t panel = 0; panel < count; panel += width)
    for (std::int64_t channel = 0; channel < channels; ++channel)
      for (std::int64_t filter = 0; filter < width; filter += kBlock)
        blocked::store(packed + panel * channels + channel * width + filter,
                       blocked::gather({filters + (panel + filter) * channels, channels}, channel));
}

void run(const Shape& shape, const Arguments& arguments, int threads) {
  constexpr std::int64_t kNear = 1 << 18;  // numbers of filters that stay near
  const Grid grid = grid_of(shape);
  const std::int64_t width = blocked::panel_width(shape.filters), panels = shape.filters / width;
  const bool shares_filters = shape.filters * shape.channels > kNear && panels >= threads;
  const auto work = [&](int thread) {
    const Part part = shares_filters ? Part{0, grid.rows, share(panels, thread, threads) * width,
                                            share(panels, thread + 1, threads) * width}
                                     : Part{share(grid.rows, thread, threads),
                                            share(grid.rows, thread + 1, threads), 0, shape.filters};
    for (std::int64_t image = 0; image < shape.images; ++image) run_part(shape, arguments, part, image);
  };
  cpu::run_parts(threads, work);
}

}  // namespace tenon::pointwise
