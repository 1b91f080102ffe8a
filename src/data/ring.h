// Who may use which slot of a ring of buffers: one thread fills them in turn, another takes them in the same
// turn. Only numbers pass through here; the buffers are the owner's.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>

namespace tenon {

class Ring {
 public:
  explicit Ring(std::size_t slots) : slots_(slots) {}

  // For the thread that fills: the slot to fill next, or nothing once the ring was stopped.
  std::optional<std::size_t> wait_for_free();
  void announce_filled();
  void announce_failure(std::exception_ptr failure);  // nothing more will be filled

  // For the thread that takes: the next filled slot, which stays its own until it takes another. Once all are
  // taken that were filled before a failure, throws it.
  std::size_t take();
  void stop();

 private:
  std::size_t free() const { return slots_ - (filled_ - released_); }
  std::size_t worth_waking() const;

  const std::size_t slots_;
  std::mutex mutex_;
  std::condition_variable slot_is_free_, slot_is_filled_;
  std::size_t filled_ = 0, taken_ = 0, released_ = 0;  // counted from the start, never wrapped
  std::exception_ptr failure_;
  bool stopped_ = false;
};

}  // namespace tenon
