// What all threads of a test program asked of operator new: the test program's own counts.
#pragma once

#include <cstddef>

namespace tenon {

std::size_t allocations_so_far();
std::size_t blocks_in_use();  // allocated and not yet freed

}  // namespace tenon
