// Faces boxed in a photograph, by YuNet: Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector"
// (2023), whose model for pictures of 320 by 320 is in the repository of libfacedetection.
//
//   example_faces yunet_n_320_320.onnx photograph.jpg boxed.png
#include <tenon/onnx.h>
#include <tenon/tenon.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace tenon;

namespace {
constexpr std::int64_t kSize = 320;  // of the picture that the model sees
constexpr double kLeastScore = 0.6;
constexpr double kMostOverlap = 0.3;

struct Face {
  double left, top, right, bottom;
  double score;
};

double area(const Face& face) { return (face.right - face.left) * (face.bottom - face.top); }

double overlap(const Face& a, const Face& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  return width * height / (area(a) + area(b) - width * height);
}

// The model looks at each place of three grids: whether there is a face, and how its box lies to the place.
void add_faces(const NamedTensors& outputs, std::int64_t stride, std::vector<Face>& faces) {
  const auto output = [&](const char* name) { return *find(outputs, cat(name, "_", stride)); };
  const Tensor classes = output("cls"), objects = output("obj"), boxes = output("bbox");
  const std::int64_t columns = kSize / stride;
  for (std::int64_t place = 0; place < columns * columns; ++place) {
    const double score = std::sqrt(classes.number(place) * objects.number(place));
    if (score < kLeastScore) continue;
    const auto box = [&](std::int64_t i) { return boxes.number(4 * place + i); };
    const auto step = static_cast<double>(stride);
    const double x = (static_cast<double>(place % columns) + box(0)) * step;
    const double y = (static_cast<double>(place / columns) + box(1)) * step;
    const double width = std::exp(box(2)) * step, height = std::exp(box(3)) * step;
    faces.push_back({x - width / 2, y - height / 2, x + width / 2, y + height / 2, score});
  }
}

// The best first; none that lies on a better one.
std::vector<Face> best_of(std::vector<Face> faces) {
  std::ranges::sort(faces, std::greater(), &Face::score);
  std::vector<Face> kept;
  for (const Face& face : faces)
    if (std::ranges::none_of(kept, [&](const Face& other) { return overlap(face, other) > kMostOverlap; }))
      kept.push_back(face);
  return kept;
}

void draw(const Tensor& picture, const Face& face) {
  const double across = static_cast<double>(picture.dim(1)) / kSize,
               down = static_cast<double>(picture.dim(0)) / kSize;
  const std::int64_t thick = std::max<std::int64_t>(2, picture.dim(1) / 200);
  const auto dot = [&](double x, double y) {
    for (std::int64_t i = 0; i < thick * thick; ++i) {
      const std::int64_t row =
          std::clamp<std::int64_t>(std::llround(y * down) + i / thick, 0, picture.dim(0) - 1);
      const std::int64_t column =
          std::clamp<std::int64_t>(std::llround(x * across) + i % thick, 0, picture.dim(1) - 1);
      const std::array<std::uint8_t, 3> green{0, 230, 64};
      std::ranges::copy(green, picture.as<std::uint8_t>().begin() + 3 * (row * picture.dim(1) + column));
    }
  };
  for (double x = face.left; x <= face.right; x += 0.25) dot(x, face.top), dot(x, face.bottom);
  for (double y = face.top; y <= face.bottom; y += 0.25) dot(face.left, y), dot(face.right, y);
}
}  // namespace

int main(int count, char** words) try {
  if (count != 4) {
    std::fprintf(stderr, "usage: %s yunet_n_320_320.onnx photograph.jpg boxed.png\n", words[0]);
    return 2;
  }
  OnnxModel model = import_onnx(words[1]);
  // The model takes floats from 0 to 255, blue before red, channels first; it is handed bytes as they are
  // read.
  const nn::Preparation preparation{.scale = 1.0, .layout = nn::Layout::nhwc, .swap_channels = true};
  const std::string input = name_of(model.program.nodes()[model.program.inputs()[0]]);
  const Engine engine(nn::with_preparation(model.program, input, preparation), std::move(model.weights));

  const Tensor picture = data::read_picture(words[2]).clone();
  const Tensor seen = resize(picture, {.height = kSize, .width = kSize, .fit = Fit::stretch});
  const NamedTensors outputs = engine.run({{input, seen.reshape({1, kSize, kSize, 3})}});

  std::vector<Face> faces;
  for (const std::int64_t stride : {8, 16, 32}) add_faces(outputs, stride, faces);
  faces = best_of(std::move(faces));
  for (const Face& face : faces) {
    draw(picture, face);
    std::printf("a face at %3.0f %3.0f, %3.0f by %3.0f of %d, score %.2f\n", face.left, face.top,
                face.right - face.left, face.bottom - face.top, static_cast<int>(kSize), face.score);
  }
  data::write_png(words[3], picture);
  std::printf("%zu in %s\n", faces.size(), words[3]);
  return 0;
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
