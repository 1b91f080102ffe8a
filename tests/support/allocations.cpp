#include "support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocated{0};
std::atomic<std::size_t> freed{0};
}  // namespace

std::size_t tenon::allocations_so_far() { return allocated; }
std::size_t tenon::blocks_in_use() { return allocated - freed; }

void* operator new(std::size_t size) {
  ++allocated;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  if (memory) ++freed;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
