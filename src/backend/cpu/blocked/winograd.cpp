#include "backend/cpu/blocked/winograd.h"

#include <algorithm>

#include "backend/cpu/blocked/points.h"
#include "backend/cpu/blocked/tile_io.h"
#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/parts.h"

namespace tenon::winograd {

namespace {
using blocked::kBlock;

// The sums of the matrix unit lie in panels, those of the vector units in blocks.
void write_tiles(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const Shape& shape = plan.shape;
  const std::int64_t width = shape.way.unit == Unit::matrix ? 2 * kBlock : kBlock;
  for (std::int64_t t = 0; t < part.tiles(); ++t)
    for (std::int64_t filter = 0; filter < part.filters(); filter += kBlock)
      write_tile(shape, arguments, place_of(shape, part.first_tile + t),
                 (part.first_filter + filter) / kBlock,
                 rooms.products + (filter / width * plan.stride() + t) * width + filter % width,
                 plan.stride() * part.filters());
}

void run_chunk(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const bool is_split = plan.shape.way.unit == Unit::matrix;
  (is_split ? read_split : read_vectors)(plan, arguments, part, rooms);
  (is_split ? multiply_split : multiply_vectors)(plan, arguments, part, rooms);
  write_tiles(plan, arguments, part, rooms);
}

void run_part(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  for (std::int64_t tile = part.first_tile; tile < part.end_tile; tile += plan.chunk)
    run_chunk(plan, arguments,
              {tile, std::min(tile + plan.chunk, part.end_tile), part.first_filter, part.end_filter}, rooms);
}

std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t parts) { return whole * part / parts; }

std::size_t room_of_tiles(const Plan& plan) {
  const Way& way = plan.shape.way;
  return static_cast<std::size_t>(way.points() * plan.stride() * plan.shape.channels * way.number_bytes());
}
std::size_t room_of_products(const Plan& plan) {
  return static_cast<std::size_t>(plan.shape.way.points() * plan.stride() * plan.shape.filters) *
         sizeof(float);
}
// As many tiles at a time as stay near; the matrix unit wants them in sixteens, else they are as even as they
// come.
std::int64_t chunk_of(const Plan& plan) {
  constexpr std::int64_t kRoom = 1 << 19;  // bytes of a chunk's tiles and products
  constexpr std::int64_t kFewest = 32;     // tiles
  const Shape& shape = plan.shape;
  const std::int64_t tiles = (shape.tiles() + plan.tile_parts - 1) / plan.tile_parts;
  const std::int64_t a_tile = shape.way.points() * (shape.channels * shape.way.number_bytes() +
                                                    shape.filters / plan.filter_parts * 4);
  if (shape.way.unit == Unit::matrix)
    return std::min(tiles, std::max<std::int64_t>(1, kRoom / a_tile / matrix::kTileRows) * matrix::kTileRows);
  const std::int64_t fits = std::max(kFewest, kRoom / a_tile);
  const std::int64_t chunks = (tiles + fits - 1) / fits;
  return (tiles + chunks - 1) / chunks;
}
}  // namespace

std::size_t Plan::scratch_bytes() const {
  return (room_of_tiles(*this) + room_of_products(*this)) * static_cast<std::size_t>(threads());
}

// Tiles are shared where each thread can keep the filters near; where these come from afar, they are shared,
// and each thread transforms the tiles for itself: there is nothing to wait for either way.
Plan make_plan(const Shape& shape, int threads) {
  constexpr std::int64_t kNear = 1 << 20;  // bytes of filters that stay near beside the tiles
  const std::int64_t panels = shape.filters / blocked::panel_width(shape.filters);
  const auto filters = static_cast<std::int64_t>(packed_bytes(shape.filters, shape.channels, shape.way));
  const bool shares_filters = filters > kNear && panels % threads == 0;
  Plan plan{shape};
  (shares_filters ? plan.filter_parts : plan.tile_parts) = threads;
  plan.chunk = chunk_of(plan);
  if (shape.way.unit == Unit::matrix)
    for (std::int64_t channel = 0; channel < shape.channels; channel += matrix::kDepth)
      plan.offsets.push_back(plan.stride() * channel);
  return plan;
}

void run(const Plan& plan, const Arguments& arguments) {
  const Shape& shape = plan.shape;
  const std::int64_t width = blocked::panel_width(shape.filters);
  const auto work = [&](int thread) {
    const std::int64_t tile_part = thread % plan.tile_parts, filter_part = thread / plan.tile_parts;
    const std::int64_t panels = shape.filters / width;
    const Part part{share(shape.tiles(), tile_part, plan.tile_parts),
                    share(shape.tiles(), tile_part + 1, plan.tile_parts),
                    share(panels, filter_part, plan.filter_parts) * width,
                    share(panels, filter_part + 1, plan.filter_parts) * width};
    auto* const scratch = static_cast<std::byte*>(arguments.scratch) +
                          static_cast<std::size_t>(thread) * (room_of_tiles(plan) + room_of_products(plan));
    run_part(plan, arguments, part, {scratch, reinterpret_cast<float*>(scratch + room_of_tiles(plan))});
  };
  cpu::run_parts(plan.threads(), work);
}

}  // namespace tenon::winograd
