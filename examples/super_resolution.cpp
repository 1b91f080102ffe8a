// A picture tripled in size, by a model that sharpens brightness: Shi and others, "Real-Time Single Image and
// Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network" (2016), which is
// super_resolution.onnx in ONNX's collection of models. Eyes are less sharp in colour, so colour is resized.
//
//   example_super_resolution super_resolution.onnx small.png large.png
#include <tenon/onnx.h>
#include <tenon/tenon.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace tenon;

namespace {
constexpr std::int64_t kScale = 3;
constexpr std::int64_t kMargin =
    8;  // further than the model sees: what is nearer to a tile's border is not kept

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

// Red, green, blue to brightness, u8[height, width, 1], and two numbers of colour, u8[height, width, 2].
struct Split {
  Tensor brightness;
  Tensor colour;
};

Split split(const Tensor& picture) {
  const std::int64_t pixels = picture.size() / 3;
  Split parts{Tensor::empty(DType::u8, {picture.dim(0), picture.dim(1), 1}),
              Tensor::empty(DType::u8, {picture.dim(0), picture.dim(1), 2})};
  const auto rgb = picture.as<std::uint8_t>();
  for (std::int64_t i = 0; i < pixels; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double r = rgb[3 * at], g = rgb[3 * at + 1], b = rgb[3 * at + 2];
    const double y = 0.299 * r + 0.587 * g + 0.114 * b;
    parts.brightness.as<std::uint8_t>()[at] = to_byte(y);
    parts.colour.as<std::uint8_t>()[2 * at] = to_byte(128 + (b - y) / 1.772);
    parts.colour.as<std::uint8_t>()[2 * at + 1] = to_byte(128 + (r - y) / 1.402);
  }
  return parts;
}

Tensor joined(const Tensor& brightness, const Tensor& colour) {
  Tensor picture = Tensor::empty(DType::u8, {brightness.dim(0), brightness.dim(1), 3});
  const auto rgb = picture.as<std::uint8_t>();
  const auto ys = brightness.as<std::uint8_t>();
  const auto cs = colour.as<std::uint8_t>();
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const double y = ys[i], blue = cs[2 * i] - 128.0, red = cs[2 * i + 1] - 128.0;
    rgb[3 * i] = to_byte(y + 1.402 * red);
    rgb[3 * i + 1] = to_byte(y - 0.344136 * blue - 0.714136 * red);
    rgb[3 * i + 2] = to_byte(y + 1.772 * blue);
  }
  return picture;
}

// The part of a picture from (top, left) on; beyond its border it goes on as it ends.
void copy_tile(const Tensor& picture, std::int64_t top, std::int64_t left, const Tensor& tile) {
  const auto from = picture.as<std::uint8_t>();
  const auto to = tile.as<std::uint8_t>();
  for (std::int64_t y = 0; y < tile.dim(1); ++y)
    for (std::int64_t x = 0; x < tile.dim(2); ++x) {
      const std::int64_t row = std::clamp<std::int64_t>(top + y, 0, picture.dim(0) - 1);
      const std::int64_t column = std::clamp<std::int64_t>(left + x, 0, picture.dim(1) - 1);
      to[static_cast<std::size_t>(y * tile.dim(2) + x)] =
          from[static_cast<std::size_t>(row * picture.dim(1) + column)];
    }
}

// What is inside of a tile's margins, three times as large, to where it belongs.
void paste(const Tensor& enlarged, std::int64_t top, std::int64_t left, const Tensor& picture) {
  const auto to = picture.as<std::uint8_t>();
  const auto from = enlarged.as<float>();
  const std::int64_t inside = enlarged.dim(2) - 2 * kMargin * kScale;
  for (std::int64_t y = 0; y < std::min(inside, picture.dim(0) - top * kScale); ++y)
    for (std::int64_t x = 0; x < std::min(inside, picture.dim(1) - left * kScale); ++x)
      to[static_cast<std::size_t>((top * kScale + y) * picture.dim(1) + left * kScale + x)] = to_byte(
          255 *
          from[static_cast<std::size_t>((kMargin * kScale + y) * enlarged.dim(3) + kMargin * kScale + x)]);
}

// Tile by tile, for the model takes pictures of one size.
Tensor enlarged(const Engine& engine, const Tensor& brightness) {
  const Type taken = engine.inputs().at(0).type;  // u8[N, side, side]
  const std::int64_t side = taken.dims.at(1).constant();
  const Tensor tile = Tensor::empty(DType::u8, {1, side, side});
  Tensor large = Tensor::empty(DType::u8, {brightness.dim(0) * kScale, brightness.dim(1) * kScale, 1});
  for (std::int64_t top = 0; top < brightness.dim(0); top += side - 2 * kMargin)
    for (std::int64_t left = 0; left < brightness.dim(1); left += side - 2 * kMargin) {
      copy_tile(brightness, top - kMargin, left - kMargin, tile);
      paste(engine.run(tile), top, left, large);
    }
  return large;
}

void triple(const char* model_path, const char* from, const char* to) {
  OnnxModel model = import_onnx(model_path);
  const std::string input = name_of(model.program.nodes()[model.program.inputs().at(0)]);
  const nn::Preparation bytes_of_one_channel{.layout = nn::Layout::nhw};
  const Engine engine(nn::with_preparation(model.program, input, bytes_of_one_channel),
                      std::move(model.weights));

  const auto [brightness, colour] = split(data::read_picture(from));
  const Tensor large = enlarged(engine, brightness);
  const Resizing size{
      .height = large.dim(0), .width = large.dim(1), .fit = Fit::stretch, .sampling = Sampling::bicubic};
  data::write_png(to, joined(large, resize(colour, size)));
  std::printf("%s: %lld x %lld pixels\n", to, static_cast<long long>(large.dim(1)),
              static_cast<long long>(large.dim(0)));
}
}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: %s super_resolution.onnx PICTURE LARGE.png\n", words[0]);
    return 2;
  }
  try {
    triple(words[1], words[2], words[3]);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
