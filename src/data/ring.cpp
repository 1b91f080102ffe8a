#include "data/ring.h"

#include <algorithm>

namespace tenon {

// Waking a thread costs more than filling a small slot: once asleep it sleeps until half of the slots that
// the other thread does not hold are free.
std::size_t Ring::worth_waking() const { return std::max<std::size_t>((slots_ - 1) / 2, 1); }

std::optional<std::size_t> Ring::wait_for_free() {
  std::unique_lock lock(mutex_);
  if (free() == 0) slot_is_free_.wait(lock, [this] { return stopped_ || free() >= worth_waking(); });
  if (stopped_) return std::nullopt;
  return filled_ % slots_;
}

void Ring::announce_filled() {
  {
    const std::lock_guard lock(mutex_);
    ++filled_;
  }
  slot_is_filled_.notify_one();
}

void Ring::announce_failure(std::exception_ptr failure) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  slot_is_filled_.notify_one();
}

std::size_t Ring::take() {
  std::unique_lock lock(mutex_);
  released_ = taken_;
  if (free() >= worth_waking()) slot_is_free_.notify_one();
  slot_is_filled_.wait(lock, [this] { return filled_ > taken_ || failure_; });
  if (filled_ == taken_) std::rethrow_exception(failure_);
  return taken_++ % slots_;
}

void Ring::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  slot_is_free_.notify_one();
}

}  // namespace tenon
