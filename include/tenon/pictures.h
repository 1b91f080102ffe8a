// Pictures: u8[height, width, channels], rows from the top, three channels (red, green, blue) or one of grey.
#pragma once

#include <string>
#include <vector>

#include "tenon/data.h"

namespace tenon {

enum class Sampling { nearest, bilinear, bicubic };
enum class Fit {
  crop,    // keeps the proportions: the shorter side is made to fit, and of the longer one the middle is kept
  stretch  // keeps all of the picture
};

// How a picture of any size becomes one of a given size. What a picture made smaller is sampled from is
// averaged, so that nothing flickers (as Pillow does it); bicubic is of a = -0.5.
struct Resizing {
  std::int64_t height = 0;  // 0, with a width of 0: the picture keeps its size
  std::int64_t width = 0;
  Fit fit = Fit::crop;
  Sampling sampling = Sampling::bilinear;
  double crop = 1;  // of each side of what fits, the share in the middle that is kept: 0.875 for 224 of 256
};

Tensor resize(const Tensor& picture, const Resizing& how);

namespace data {

// PNG or JPEG, whichever the file is. Transparency is dropped, 16 bits become 8, grey becomes three equal
// channels where three are wanted. Profiles and the orientation in EXIF are not applied.
Tensor read_picture(const std::string& path, std::int64_t channels = 3);
void write_png(const std::string& path, const Tensor& picture);  // u8, [height, width] as well

// A folder with one of pictures for each class, by name: "x" u8[N, height, width, channels], "y" i32[N].
// Other files are passed over. Without a size in `how` all pictures must be of one.
Dataset pictures(const std::string& folder, const Resizing& how, std::int64_t channels = 3);

// Batches of CIFAR's binary version one after another, plain or gzip: "x" u8[N, 3, 32, 32], "y" u8[N]; of
// CIFAR-100 "y" is the fine label, and there is "coarse" u8[N].
Dataset cifar10(const std::vector<std::string>& batches);
Dataset cifar100(const std::vector<std::string>& batches);
// All files under their own names, with the names of the classes where their file is there.
TrainTest cifar10(const std::string& folder);
TrainTest cifar100(const std::string& folder);

}  // namespace data
}  // namespace tenon
