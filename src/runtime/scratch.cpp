#include "runtime/scratch.h"

namespace tenon {

void Scratch::reserve(std::size_t bytes) {
  if (bytes <= bytes_ && memory_) return;
  memory_ = backend_->allocate(bytes);
  bytes_ = bytes;
}

}  // namespace tenon
