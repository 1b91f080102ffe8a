// Threads that run plans of several threads for whoever calls. A plan's threads are an OpenMP team, and a
// team belongs to the thread that called: were callers to run such plans themselves, each would keep a team.
// So a few executors do, each with one team, and what runs at once stays within the process's budget of
// threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon {

// Of the process: one a processor, or what the environment's TENON_THREADS says.
int thread_budget();

class Executors {
 public:
  static Executors& shared();
  explicit Executors(int budget) : budget_(budget), free_(budget) {}
  ~Executors();  // when all that was begun and what waits is done

  // Runs the job on an executor for plans of so many threads; one for more threads than the budget has runs
  // alone.
  void start(int threads, std::function<void()> job);
  // The same, and waits for it; rethrows what it threw. On an executor's own thread it is run at once.
  void run(int threads, const std::function<void()>& job);

 private:
  struct Group {
    std::deque<std::function<void()>> waiting;
    std::vector<std::thread> threads;
    int idle = 0;
  };
  void work(int threads);

  const int budget_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;  // threads of the budget
  bool closing_ = false;
  std::map<int, Group> groups_;  // by the threads of a team
};

}  // namespace tenon
