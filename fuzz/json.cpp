#include "base/json.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const tenon::Json json = tenon::parse_json(tenon::text_of(bytes), "input");
    tenon::expect_read_again([&] { return tenon::parse_json(tenon::to_string(json), "again") == json; });
    tenon::expect_read_again(
        [&] { return tenon::parse_json(tenon::to_pretty_string(json), "again") == json; });
  });
}
