// What every reader of pictures asks before it believes a header.
#pragma once

#include <cstdint>
#include <string_view>

namespace tenon {

// Fails where there are more pixels than are read at all, or than `most_pixels`, what the rest of the file
// can hold at the best compression that its kind has.
void check_picture_size(std::string_view name, std::int64_t height, std::int64_t width,
                        std::uint64_t most_pixels);

}  // namespace tenon
