#include "recipe/interface.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const std::string text = to_toml(tenon::recipe::parse_interface(tenon::text_of(bytes), "input"));
    tenon::expect_read_again([&] { return to_toml(tenon::recipe::parse_interface(text, "again")) == text; });
  });
}
