#include "format/picture.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto channels = bytes.size() % 2 ? tenon::PictureChannels::grey : tenon::PictureChannels::rgb;
    tenon::read_png(bytes, "input", channels);
  });
}
