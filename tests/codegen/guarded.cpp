#include "codegen/guarded.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace tenon::codegen {

namespace {
constexpr std::byte kFill{0xa5};
}

Guarded::Guarded(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t usable = (bytes / page + 1) * page;
  mapped_ = usable + page;
  void* const memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory for a guarded buffer");
  pages_ = static_cast<std::byte*>(memory);
  data_ = pages_ + usable - bytes;
  std::fill(pages_, pages_ + usable, kFill);
  mprotect(pages_ + usable, page, PROT_NONE);
}

Guarded::Guarded(Guarded&& other) noexcept
    : pages_(std::exchange(other.pages_, nullptr)), mapped_(other.mapped_), data_(other.data_) {}

Guarded::~Guarded() {
  if (pages_) munmap(pages_, mapped_);
}

bool Guarded::untouched_before() const {
  return std::all_of(pages_, data_, [](std::byte b) { return b == kFill; });
}

}  // namespace tenon::codegen
