// How often operator new was called by this thread and all others: the test program's own counts.
#pragma once

#include <cstddef>

namespace tenon {

std::size_t allocations_so_far();

}  // namespace tenon
