#include "format/safetensors.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    const tenon::SafeTensors content = tenon::read_safetensors(*copy, "input", copy);
    std::size_t total = 0;
    for (const auto& [name, tensor] : content.tensors) total += tensor.clone().bytes();  // touches every byte
    tenon::expect(total <= bytes.size());
  });
}
