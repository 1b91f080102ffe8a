// Pictures: PNG (through libpng) and JPEG (through libjpeg-turbo) as u8[height, width, channels], rows from
// the top, channels red, green, blue, or one of grey. Needs both libraries: a build without them says so when
// it meets such a file.
//
// Palettes and fewer than 8 bits are expanded, of 16 bits the upper 8 count, transparency is dropped. Colour
// profiles, gamma and the orientation that EXIF tells are not applied: the numbers are those in the file.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

// A picture with more is refused before anything is allocated for it.
inline constexpr std::int64_t kMostPixels = std::int64_t{1} << 27;

enum class PictureChannels { grey = 1, rgb = 3 };

bool is_png(Bytes bytes);
bool is_jpeg(Bytes bytes);
bool names_picture(std::string_view path);  // by its ending: .png, .jpg or .jpeg, in either case

// Of the kind that its first bytes say. Grey becomes three equal channels; colours become grey by the weights
// of ITU-R BT.601.
Tensor read_picture(const std::string& path, PictureChannels channels = PictureChannels::rgb);
Tensor read_png(Bytes bytes, std::string_view name, PictureChannels channels = PictureChannels::rgb);
Tensor read_jpeg(Bytes bytes, std::string_view name, PictureChannels channels = PictureChannels::rgb);

// u8[height, width] or u8[height, width, 1] in grey, u8[height, width, 3] in colours. Whole or not at all.
void write_png(const std::string& path, const Tensor& picture);

}  // namespace tenon
