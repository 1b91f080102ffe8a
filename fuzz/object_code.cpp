#include "codegen/object_code.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) { tenon::codegen::ObjectCode::load(bytes); });
}
