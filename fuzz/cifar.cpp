#include "format/cifar.h"

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    for (const tenon::Cifar kind : {tenon::Cifar::ten, tenon::Cifar::hundred})
      tenon::accepts([&] { tenon::read_cifar(bytes, "input", kind); });
  });
}
