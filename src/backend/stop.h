// What ends a run early: looked at between steps.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "tenon/error.h"

namespace tenon {

struct Stop {
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  std::shared_ptr<const std::atomic<bool>> cancel = {};

  bool is_set() const { return deadline.has_value() || cancel != nullptr; }
  // Throws Stopped where one of them says so.
  void check() const {
    if (cancel && cancel->load(std::memory_order_relaxed)) throw Stopped("the run was cancelled");
    if (deadline && std::chrono::steady_clock::now() >= *deadline)
      throw Stopped("the run's deadline has passed");
  }
};

}  // namespace tenon
