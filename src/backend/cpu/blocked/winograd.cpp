#include "backend/cpu/blocked/winograd.h"

#include <omp.h>

#include <algorithm>

#include "backend/cpu/blocked/product.h"
#include "backend/cpu/blocked/tiles.h"

namespace tenon::winograd {

namespace {
// A part of the work: some of the tiles, and of their results some of the filters.
struct Part {
  std::int64_t first_tile, end_tile;
  std::int64_t first_filter, end_filter;
};

// Where a tile lies.
struct Place {
  std::int64_t image, row, column;  // of its first result
};

Place place_of(const Shape& shape, std::int64_t tile) {
  const std::int64_t across = shape.tiles_across(), an_image = across * shape.tiles_down();
  return {tile / an_image, tile % an_image / across * shape.tile, tile % across * shape.tile};
}

// One block of channels of one tile, into the images of the points, where each tile is a pixel.
template <int tile>
TENON_AVX512 void read_tile(const Shape& shape, const float* x, const Place& place, std::int64_t block,
                            float* to, std::int64_t point_stride) {
  constexpr int kSide = Tile<tile>::kSide;
  const std::int64_t blocks = shape.channels / kBlock;
  const float* image = x + (place.image * blocks + block) * shape.height * shape.width * kBlock;
  const std::int64_t top = place.row - shape.pad_top, left = place.column - shape.pad_left;
  Lanes columns[kSide][kSide];
#pragma GCC unroll 6
  for (int j = 0; j < kSide; ++j) {
    const std::int64_t column = left + j;
    const bool has_column = column >= 0 && column < shape.width;
    Lanes d[kSide];
#pragma GCC unroll 6
    for (int i = 0; i < kSide; ++i) {
      const std::int64_t row = top + i;
      const bool is_inside = has_column && row >= 0 && row < shape.height;
      d[i] = is_inside ? load(image + (row * shape.width + column) * kBlock) : zero();
    }
    Tile<tile>::forward(d, columns[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < kSide; ++i) {
    Lanes row[kSide], out[kSide];
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) row[j] = columns[j][i];
    Tile<tile>::forward(row, out);
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) store(to + (i * kSide + j) * point_stride, out[j]);
  }
}

TENON_AVX512_INLINE Lanes finish(Lanes value, Lanes bias, const float* added, Lanes low, Lanes high) {
  value = plus(value, bias);
  if (added) value = plus(value, load(added));
  return smaller(high, larger(low, value));
}

// One block of filters of one tile, from the images of the points.
template <int tile>
TENON_AVX512 void write_tile(const Shape& shape, const Arguments& arguments, const Place& place,
                             std::int64_t block, const float* from, std::int64_t point_stride) {
  constexpr int kSide = Tile<tile>::kSide;
  Lanes columns[kSide][tile];
#pragma GCC unroll 6
  for (int j = 0; j < kSide; ++j) {
    Lanes m[kSide];
#pragma GCC unroll 6
    for (int i = 0; i < kSide; ++i) m[i] = load(from + (i * kSide + j) * point_stride);
    Tile<tile>::backward(m, columns[j]);
  }
  const blocked::Epilogue& epilogue = arguments.epilogue;
  const Lanes bias = epilogue.bias ? load(epilogue.bias + block * kBlock) : zero();
  const Lanes low = repeat(epilogue.low), high = repeat(epilogue.high);
  const std::int64_t blocks = shape.filters / kBlock;
  const std::int64_t image = (place.image * blocks + block) * shape.out_height * shape.out_width * kBlock;
  const std::int64_t rows = std::min<std::int64_t>(tile, shape.out_height - place.row);
  const std::int64_t across = std::min<std::int64_t>(tile, shape.out_width - place.column);
  for (int i = 0; i < rows; ++i) {
    Lanes row[kSide], out[tile];
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) row[j] = columns[j][i];
    Tile<tile>::backward(row, out);
    const std::int64_t at = image + ((place.row + i) * shape.out_width + place.column) * kBlock;
    for (int j = 0; j < across; ++j) {
      const float* const added = epilogue.added ? epilogue.added + at + j * kBlock : nullptr;
      store(arguments.y + at + j * kBlock, finish(out[j], bias, added, low, high));
    }
  }
}

struct Rooms {
  float* tiles;     // [point][channels / block][tile][block]
  float* products;  // [point][filters of the part / block][tile][block]
};

template <int tile>
void run_chunk(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const Shape& shape = plan.shape;
  const std::int64_t count = part.end_tile - part.first_tile, filters = part.end_filter - part.first_filter;
  for (std::int64_t t = 0; t < count; ++t)
    for (std::int64_t block = 0; block < shape.channels / kBlock; ++block)
      read_tile<tile>(shape, arguments.x, place_of(shape, part.first_tile + t), block,
                      rooms.tiles + (block * plan.chunk + t) * kBlock, plan.chunk * shape.channels);
  const std::int64_t width = panel_width(shape.filters);
  for (std::int64_t point = 0; point < shape.points(); ++point)
    for (std::int64_t filter = 0; filter < filters; filter += width)
      blocked::multiply(
          {.image = rooms.tiles + point * plan.chunk * shape.channels,
           .channels = shape.channels,
           .image_stride = plan.chunk * kBlock,
           .step = 1,
           .panel = arguments.packed + (point * shape.filters + part.first_filter + filter) * shape.channels,
           .width = width,
           .out = rooms.products + (point * filters + filter) * plan.chunk,
           .out_stride = plan.chunk * kBlock,
           .pixels = count});
  for (std::int64_t t = 0; t < count; ++t)
    for (std::int64_t block = 0; block < filters / kBlock; ++block)
      write_tile<tile>(shape, arguments, place_of(shape, part.first_tile + t),
                       part.first_filter / kBlock + block, rooms.products + (block * plan.chunk + t) * kBlock,
                       plan.chunk * filters);
}

void run_part(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  for (std::int64_t tile = part.first_tile; tile < part.end_tile; tile += plan.chunk) {
    const Part chunk{tile, std::min(tile + plan.chunk, part.end_tile), part.first_filter, part.end_filter};
    if (plan.shape.tile == 4)
      run_chunk<4>(plan, arguments, chunk, rooms);
    else
      run_chunk<2>(plan, arguments, chunk, rooms);
  }
}

std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t parts) { return whole * part / parts; }

std::size_t room_of_tiles(const Plan& plan) {
  return static_cast<std::size_t>(plan.shape.points() * plan.chunk * plan.shape.channels);
}
std::size_t room_of_products(const Plan& plan) {
  return static_cast<std::size_t>(plan.shape.points() * plan.chunk * plan.shape.filters);
}
}  // namespace

std::size_t Plan::scratch_bytes() const {
  return (room_of_tiles(*this) + room_of_products(*this)) * sizeof(float) *
         static_cast<std::size_t>(threads());
}

// Tiles are shared where each thread can keep the filters near; where these come from afar, they are shared,
// and each thread transforms the tiles for itself: there is nothing to wait for either way.
Plan make_plan(const Shape& shape, int threads) {
  constexpr std::int64_t kNear = 1 << 20;  // bytes of filters that stay near beside the tiles
  constexpr std::int64_t kRoom = 1 << 19;  // bytes of a chunk's tiles and products
  constexpr std::int64_t kFewest = 32;     // tiles
  const std::int64_t panels = shape.filters / panel_width(shape.filters);
  const auto filters = static_cast<std::int64_t>(packed_bytes(shape.filters, shape.channels, shape.tile));
  const bool shares_filters = filters > kNear && panels % threads == 0;
  Plan plan{shape};
  (shares_filters ? plan.filter_parts : plan.tile_parts) = threads;
  const std::int64_t tiles = (shape.tiles() + plan.tile_parts - 1) / plan.tile_parts;
  const std::int64_t a_tile = shape.points() * (shape.channels + shape.filters / plan.filter_parts) * 4;
  const std::int64_t fits = std::max<std::int64_t>(kFewest, kRoom / a_tile);
  const std::int64_t chunks = (tiles + fits - 1) / fits;
  plan.chunk = (tiles + chunks - 1) / chunks;
  return plan;
}

void run(const Plan& plan, const Arguments& arguments) {
  const Shape& shape = plan.shape;
  const std::int64_t width = panel_width(shape.filters);
  const auto work = [&](int thread) {
    const std::int64_t tile_part = thread % plan.tile_parts, filter_part = thread / plan.tile_parts;
    const std::int64_t panels = shape.filters / width;
    const Part part{share(shape.tiles(), tile_part, plan.tile_parts),
                    share(shape.tiles(), tile_part + 1, plan.tile_parts),
                    share(panels, filter_part, plan.filter_parts) * width,
                    share(panels, filter_part + 1, plan.filter_parts) * width};
    auto* const scratch = static_cast<float*>(arguments.scratch) +
                          static_cast<std::size_t>(thread) * (room_of_tiles(plan) + room_of_products(plan));
    run_part(plan, arguments, part, {scratch, scratch + room_of_tiles(plan)});
  };
  if (plan.threads() == 1) return work(0);
#pragma omp parallel num_threads(plan.threads())
  work(omp_get_thread_num());
}

}  // namespace tenon::winograd
