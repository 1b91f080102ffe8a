// A limit on memory that many share: what is taken is given back when its lease ends.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "tenon/error.h"

namespace tenon {

class OverBudget : public Error {
 public:
  using Error::Error;
};

class MemoryBudget : public std::enable_shared_from_this<MemoryBudget> {
 public:
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Lease() {
      if (budget_) budget_->give_back(bytes_);
    }

   private:
    friend class MemoryBudget;
    Lease(std::shared_ptr<MemoryBudget> budget, std::size_t bytes)
        : budget_(std::move(budget)), bytes_(bytes) {}
    std::shared_ptr<MemoryBudget> budget_;
    std::size_t bytes_ = 0;
  };

  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}  // 0: no limit

  std::size_t limit() const { return limit_; }
  std::size_t used() const {
    const std::lock_guard lock(mutex_);
    return used_;
  }

  // Fails, naming what is needed, where it does not fit.
  Lease take(std::size_t bytes, std::string_view what) {
    const std::lock_guard lock(mutex_);
    if (limit_ != 0 && (bytes > limit_ || used_ > limit_ - bytes))
      throw OverBudget(cat(what, " needs ", bytes, " bytes, and of the limit of ", limit_, " bytes ", used_,
                           " are in use"));
    used_ += bytes;
    return {shared_from_this(), bytes};
  }

 private:
  void give_back(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
  }

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::size_t used_ = 0;
};

}  // namespace tenon
