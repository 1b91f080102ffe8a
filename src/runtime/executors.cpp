#include "runtime/executors.h"

#include <algorithm>
#include <cstdlib>
#include <future>

#include "tenon/error.h"

namespace tenon {

namespace {
thread_local bool is_executor = false;

int read_budget() {
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const char* const said = std::getenv("TENON_THREADS");
  if (!said) return processors;
  const int threads = std::atoi(said);
  require(threads >= 1, "TENON_THREADS is '", said, "'; it is how many threads may compute, at least 1");
  return threads;
}
}  // namespace

int thread_budget() {
  static const int kBudget = read_budget();
  return kBudget;
}

Executors& Executors::shared() {
  static Executors executors(thread_budget());
  return executors;
}

Executors::~Executors() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (auto& [threads, group] : groups_)
    for (std::thread& thread : group.threads) thread.join();
}

void Executors::start(int threads, std::function<void()> job) {
  const int team = std::clamp(threads, 1, budget_);
  {
    const std::lock_guard lock(mutex_);
    Group& group = groups_[team];
    group.waiting.push_back(std::move(job));
    const auto most = static_cast<std::size_t>(std::max(1, budget_ / team));
    if (group.idle < static_cast<int>(group.waiting.size()) && group.threads.size() < most)
      group.threads.emplace_back([this, team] { work(team); });
  }
  changed_.notify_all();
}

void Executors::run(int threads, const std::function<void()>& job) {
  if (is_executor) return job();
  const auto done = std::make_shared<std::promise<void>>();
  std::future<void> result = done->get_future();
  start(threads, [done, &job] {
    try {
      job();
      done->set_value();
    } catch (...) {
      done->set_exception(std::current_exception());
    }
  });
  result.get();
}

void Executors::work(int threads) {
  is_executor = true;
  std::unique_lock lock(mutex_);
  Group& group = groups_.at(threads);
  while (true) {
    ++group.idle;
    changed_.wait(lock, [&] {
      return (closing_ && group.waiting.empty()) || (!group.waiting.empty() && free_ >= threads);
    });
    --group.idle;
    if (group.waiting.empty()) return;
    const std::function<void()> job = std::move(group.waiting.front());
    group.waiting.pop_front();
    free_ -= threads;
    lock.unlock();
    job();
    lock.lock();
    free_ += threads;
    changed_.notify_all();
  }
}

}  // namespace tenon
