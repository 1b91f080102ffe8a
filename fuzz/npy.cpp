#include "format/npy.h"

#include "format/elements.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const tenon::Tensor tensor = tenon::read_npy(bytes, "input");
    if (tensor.rank() > 64) return;  // more than NumPy has; not to be written
    const std::string again = tenon::cat(tenon::npy_header(tensor), tenon::text_of(tenon::bytes_of(tensor)));
    tenon::expect_read_again(
        [&] { return tenon::identical(tenon::read_npy(tenon::bytes_of(again), "again"), tensor); });
  });
}
