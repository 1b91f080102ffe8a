// Processors without AVX-512 units: the library does every convolution.
#include "backend/cpu/winograd/winograd.h"

#include <stdexcept>

namespace tenon::winograd {

namespace {
[[noreturn]] void refuse() { throw std::logic_error("no Winograd kernels were built for this processor"); }
}  // namespace

bool available() { return false; }
std::int64_t panel_width(std::int64_t) { refuse(); }
std::size_t packed_bytes(std::int64_t, std::int64_t, std::int64_t) { refuse(); }
void pack(const float*, std::int64_t, std::int64_t, std::int64_t, float*) { refuse(); }
std::size_t Plan::scratch_bytes() const { refuse(); }
Plan make_plan(const Shape&, int) { refuse(); }
void run(const Plan&, const Arguments&) { refuse(); }

}  // namespace tenon::winograd
