#include "late/late_stream.h"

#include <chrono>

namespace tenon::late {

void Flag::set() {
  const std::lock_guard lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void Flag::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_; });
}

LateStream::~LateStream() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

void LateStream::record(std::function<void()> task) { push({std::move(task), false}); }
void LateStream::record_always(std::function<void()> task) { push({std::move(task), true}); }

void LateStream::push(Entry entry) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(entry));
  changed_.notify_all();
}

void LateStream::synchronize() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty() && !busy_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

// Mostly at once, sometimes so late that the host and the other streams are far ahead.
void LateStream::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Entry entry = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    const bool skipped = failure_ && !entry.always;
    const bool waits = delays_() % 16 == 0;
    const std::chrono::microseconds delay(delays_() % 300);
    lock.unlock();
    if (waits) std::this_thread::sleep_for(delay);
    if (!skipped) run(entry);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

void LateStream::run(const Entry& entry) {
  try {
    entry.task();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

}  // namespace tenon::late
