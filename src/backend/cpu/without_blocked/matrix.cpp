// Processors without a matrix unit of this kind.
#include <stdexcept>

#include "backend/cpu/matrix/convolution.h"

namespace tenon {

namespace {
[[noreturn]] void refuse() { throw std::logic_error("no kernels for a matrix unit were built"); }
}  // namespace

bool matrix::available() { return false; }
bool matrix::folds(std::int64_t, std::int64_t) { refuse(); }
std::size_t matrix::Plan::scratch_bytes() const { refuse(); }
matrix::Plan matrix::make_plan(const Problem&, int) { refuse(); }
void matrix::pack(const Plan&, const Filters&, void*) { refuse(); }
void matrix::run(const Plan&, const Arguments&) { refuse(); }

}  // namespace tenon
