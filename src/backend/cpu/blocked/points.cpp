#include "backend/cpu/blocked/points.h"

#include "backend/cpu/blocked/tile_io.h"

namespace tenon::winograd {

using blocked::kBlock;

void read_vectors(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const Shape& shape = plan.shape;
  auto* const tiles = static_cast<float*>(rooms.tiles);
  for (std::int64_t t = 0; t < part.tiles(); ++t)
    for (std::int64_t block = 0; block < shape.channels / kBlock; ++block)
      read_tile(shape, arguments.x, place_of(shape, part.first_tile + t), block,
                tiles + (block * plan.stride() + t) * kBlock, plan.stride() * shape.channels);
}

void multiply_vectors(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const Shape& shape = plan.shape;
  const auto* const tiles = static_cast<const float*>(rooms.tiles);
  const auto* const packed = static_cast<const float*>(arguments.packed);
  const std::int64_t width = blocked::panel_width(shape.filters), stride = plan.stride();
  for (std::int64_t point = 0; point < shape.way.points(); ++point)
    for (std::int64_t filter = 0; filter < part.filters(); filter += width)
      blocked::multiply(
          {.image = tiles + point * stride * shape.channels,
           .channels = shape.channels,
           .image_stride = stride * kBlock,
           .step = 1,
           .panel = packed + (point * shape.filters + part.first_filter + filter) * shape.channels,
           .width = width,
           .out = rooms.products + (point * part.filters() + filter) * stride,
           .out_stride = stride * kBlock,
           .pixels = part.tiles()});
}

}  // namespace tenon::winograd
