#include "train/progress.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>

namespace tenon {

namespace {
std::string with_digits(const char* format, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, number);
  return text.data();
}

std::string score_text(const Score& score) {
  std::string text = cat("loss ", with_digits("%.4f", score.loss));
  for (const auto& [name, value] : score.metrics) text += cat("  ", name, " ", with_digits("%.4f", value));
  return text;
}

std::string clock_text(double seconds) {
  const std::int64_t whole = std::llround(seconds);
  const auto two = [](std::int64_t n) { return cat(n < 10 ? "0" : "", n); };
  if (whole < 3600) return cat(whole / 60, ":", two(whole % 60));
  return cat(whole / 3600, ":", two(whole / 60 % 60), ":", two(whole % 60));
}

std::string pace_text(const Moment& moment) {
  return cat(with_digits("%.0f", moment.per_second), " samples/s  ", clock_text(moment.seconds_left),
             " left");
}

double part_done(const Moment& moment) {
  return moment.items > 0 ? static_cast<double>(moment.item) / static_cast<double>(moment.items) : 1;
}
}  // namespace

std::string bar_line(const Moment& moment) {
  constexpr std::size_t kWidth = 24;
  const auto full = static_cast<std::size_t>(part_done(moment) * kWidth);
  const std::string bar = std::string(full, '=') + std::string(kWidth - full, ' ');
  return cat("epoch ", moment.epoch, "/", moment.epochs, " [", bar, "] ", score_text(moment.score), "  ",
             pace_text(moment));
}

std::string plain_line(const Moment& moment) {
  return cat("epoch ", moment.epoch, "/", moment.epochs, " ", with_digits("%.0f", part_done(moment) * 100),
             "%  ", score_text(moment.score), "  ", pace_text(moment));
}

std::string epoch_line(const EpochReport& report, std::int64_t epochs) {
  std::string line = cat("epoch ", report.epoch, "/", epochs, "  ", score_text(report.train));
  if (report.validation) line += cat("  validation ", score_text(*report.validation));
  return line + cat("  ", with_digits("%.1f", report.seconds), " s");
}

namespace {
Progress resolved(Progress kind) {
  if (kind != Progress::automatic) return kind;
  return ::isatty(STDERR_FILENO) ? Progress::bar : Progress::lines;
}

// A bar moves at once and often; a line in a log is worth it now and then.
std::chrono::milliseconds pause_of(Progress kind) {
  return kind == Progress::bar ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
}
}  // namespace

Display::Display(Progress kind, std::int64_t epochs, std::int64_t items_per_epoch, std::int64_t items_to_do)
    : kind_(resolved(kind)),
      epochs_(epochs),
      items_per_epoch_(items_per_epoch),
      to_do_(items_to_do),
      next_(begin_ + pause_of(kind_)) {}

Display::~Display() {
  if (line_open_) std::fputc('\n', stderr);
}

void Display::show(std::int64_t epoch, std::int64_t item, const Score& score) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double pace = static_cast<double>(done_) / seconds;
  const double left = pace > 0 ? static_cast<double>(to_do_ - done_) / pace : 0;
  const Moment moment{epoch, epochs_, item, items_per_epoch_, pace, left, score};
  print(kind_ == Progress::bar ? bar_line(moment) : plain_line(moment), kind_ != Progress::bar);
  next_ = Clock::now() + pause_of(kind_);
}

void Display::finish_epoch(const EpochReport& report) {
  if (kind_ != Progress::quiet) print(epoch_line(report, epochs_), true);
}

void Display::print(const std::string& line, bool stays) {
  constexpr const char* kClearLine = "\r\033[K";
  std::fprintf(stderr, "%s%s%s", kind_ == Progress::bar ? kClearLine : "", line.c_str(), stays ? "\n" : "");
  std::fflush(stderr);
  line_open_ = !stays;
}

}  // namespace tenon
