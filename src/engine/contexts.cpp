#include "engine/contexts.h"

#include <new>

#include "tenon/log.h"

namespace tenon {

namespace {
// How often a waiting caller looks whether it was cancelled.
constexpr auto kGlance = std::chrono::milliseconds(1);
}  // namespace

std::unique_ptr<EngineSession::State> Contexts::find_idle() {
  if (idle_.empty()) return nullptr;
  auto session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

Contexts::Lease Contexts::take(const Stop& stop) {
  std::unique_lock lock(mutex_);
  if (auto session = find_idle()) return {*this, std::move(session)};
  if (auto session = make(lock)) return {*this, std::move(session)};
  while (true) {
    if (auto session = find_idle()) return {*this, std::move(session)};
    wait(lock, stop);
  }
}

// Nothing where there are enough, where no twin can be made, or no memory is left for one: the others will
// do, and the next caller may find more.
std::unique_ptr<EngineSession::State> Contexts::make(std::unique_lock<std::mutex>& lock) {
  if (made_ >= most_) return nullptr;
  ++made_;
  lock.unlock();
  std::unique_ptr<EngineSession::State> session;
  try {
    session = first_->twin();
  } catch (const Error& error) {
    log(LogLevel::debug, cat("no more calls run beside one another: ", error.what()));
  } catch (const std::bad_alloc&) {
    log(LogLevel::debug, "no more calls run beside one another: out of memory");
  }
  lock.lock();
  if (!session) --made_;
  return session;
}

void Contexts::wait(std::unique_lock<std::mutex>& lock, const Stop& stop) {
  stop.check();
  if (stop.is_set())
    changed_.wait_for(lock, kGlance);
  else
    changed_.wait(lock);
}

void Contexts::give_back(std::unique_ptr<EngineSession::State> session) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
  }
  changed_.notify_one();
}

}  // namespace tenon
