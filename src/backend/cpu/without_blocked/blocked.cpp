// Processors without AVX-512 units: the library does every convolution.
#include <stdexcept>

#include "backend/cpu/blocked/depthwise.h"
#include "backend/cpu/blocked/pointwise.h"
#include "backend/cpu/blocked/winograd.h"

namespace tenon {

namespace {
[[noreturn]] void refuse() { throw std::logic_error("no kernels for blocks were built for this processor"); }
}  // namespace

bool blocked::available() { return false; }

std::size_t winograd::packed_bytes(std::int64_t, std::int64_t, const Way&) { refuse(); }
void winograd::pack(const Filters&, const Way&, void*) { refuse(); }
std::size_t winograd::Plan::scratch_bytes() const { refuse(); }
winograd::Plan winograd::make_plan(const Shape&, int) { refuse(); }
void winograd::run(const Plan&, const Arguments&) { refuse(); }

void pointwise::pack(const float*, std::int64_t, std::int64_t, float*) { refuse(); }
void pointwise::run(const Shape&, const Arguments&, int) { refuse(); }

bool depthwise::fits(const Shape&) { return false; }
void depthwise::pack(const Filters&, float*) { refuse(); }
void depthwise::run(const Shape&, const Arguments&, int) { refuse(); }

}  // namespace tenon
