#include "format/gzip.h"

#include <array>

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto source = tenon::open_source(bytes, "input");
    const std::uint64_t promise = source->at_most();
    std::array<std::byte, 1000> piece;
    while (source->read(piece)) tenon::expect(source->offset() <= promise);
  });
}
