#include "engine/contexts.h"

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
  while (true) {
    if (auto session = find_idle()) return {*this, std::move(session)};
    if (made_ < most_) {
      ++made_;
      lock.unlock();
      std::unique_ptr<EngineSession::State> session;
      try {
        session = first_->twin();
      } catch (...) {
        lock.lock();
        --made_;
        throw;
      }
      if (session) return {*this, std::move(session)};
      lock.lock();  // no twin can be made, or there is no memory for one: the others will do
      most_ = --made_;
      continue;
    }
    wait(lock, stop);
  }
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
