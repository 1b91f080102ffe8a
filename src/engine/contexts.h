// The sessions of one plan. Each caller takes one for a run; where all are taken and the engine allows more,
// a twin is made, which shares what was compiled and all weights.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/state.h"

namespace tenon {

class Contexts {
 public:
  Contexts(std::unique_ptr<EngineSession::State> first, std::size_t most) : most_(most), first_(first.get()) {
    idle_.push_back(std::move(first));
  }

  class Lease {
   public:
    Lease(Contexts& of, std::unique_ptr<EngineSession::State> session)
        : of_(of), session_(std::move(session)) {}
    ~Lease() {
      session_->unbind();  // however the run ended, the callers' memory is let go
      of_.give_back(std::move(session_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    EngineSession::State& operator*() const { return *session_; }

   private:
    Contexts& of_;
    std::unique_ptr<EngineSession::State> session_;
  };

  // Waits where none is idle and no more may be made, but not beyond what stops the run.
  Lease take(const Stop& stop);
  const EngineSession::State& any() const { return *first_; }  // for what is the same in all

 private:
  void give_back(std::unique_ptr<EngineSession::State> session);
  std::unique_ptr<EngineSession::State> find_idle();
  std::unique_ptr<EngineSession::State> make(std::unique_lock<std::mutex>& lock);
  void wait(std::unique_lock<std::mutex>& lock, const Stop& stop);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<EngineSession::State>> idle_;
  std::size_t made_ = 1;
  const std::size_t most_;
  const EngineSession::State* first_;
};

}  // namespace tenon
