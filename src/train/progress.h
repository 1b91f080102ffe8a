// What people see while a model trains: on a terminal one line that is written over, elsewhere plain lines.
#pragma once

#include <chrono>
#include <string>

#include "tenon/train.h"

namespace tenon {

struct Moment {
  std::int64_t epoch = 0;   // counted from 1
  std::int64_t epochs = 0;  // the last
  std::int64_t item = 0;    // done in this epoch
  std::int64_t items = 0;   // of an epoch
  double per_second = 0;
  double seconds_left = 0;
  Score score;
};

std::string bar_line(const Moment& moment);
std::string plain_line(const Moment& moment);
std::string epoch_line(const EpochReport& report, std::int64_t epochs);

class Display {
 public:
  // `automatic` becomes a bar where standard error is a terminal.
  Display(Progress kind, std::int64_t epochs, std::int64_t items_per_epoch, std::int64_t items_to_do);
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;

  void count(std::int64_t items) { done_ += items; }
  bool due() const { return kind_ != Progress::quiet && Clock::now() >= next_; }
  void show(std::int64_t epoch, std::int64_t item, const Score& score);
  void finish_epoch(const EpochReport& report);

 private:
  using Clock = std::chrono::steady_clock;
  void print(const std::string& line, bool stays);

  Progress kind_;
  std::int64_t epochs_;
  std::int64_t items_per_epoch_;
  std::int64_t to_do_;
  std::int64_t done_ = 0;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point next_;
  bool line_open_ = false;  // a bar stands on the terminal
};

}  // namespace tenon
