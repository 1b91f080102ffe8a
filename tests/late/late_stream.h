// A stream that is a thread: work is done in order, some time after it was recorded.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

#include "backend/backend.h"

namespace tenon::late {

class Flag {
 public:
  void set();
  void wait() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool done_ = false;
};

// The flag outlives the event: work that sets it or waits for it may come after the host has let go.
struct LateEvent : Event {
  std::shared_ptr<Flag> flag = std::make_shared<Flag>();
};

class LateStream : public Stream {
 public:
  explicit LateStream(unsigned seed) : delays_(seed), worker_([this] { work(); }) {}
  ~LateStream() override;
  LateStream(const LateStream&) = delete;
  LateStream& operator=(const LateStream&) = delete;

  void record(std::function<void()> task);
  // After a task has thrown, those that follow are left out until `synchronize`; these are not.
  void record_always(std::function<void()> task);
  void synchronize();

 private:
  struct Entry {
    std::function<void()> task;
    bool always;
  };
  void push(Entry entry);
  void work();
  void run(const Entry& entry);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> queue_;
  bool busy_ = false;
  bool closed_ = false;
  std::exception_ptr failure_;
  std::minstd_rand delays_;
  std::thread worker_;  // the last: it starts when all else is there
};

}  // namespace tenon::late
