#include "tenon/log.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace tenon {

namespace {
constexpr std::array<std::string_view, 5> kNames = {"off", "error", "warn", "info", "debug"};
constexpr LogLevel kDefault = LogLevel::warn;

void write_to_stderr(LogLevel level, std::string_view line) {
  const std::string text = cat("tenon: ", name_of(level), ": ", line, "\n");
  std::fwrite(text.data(), 1, text.size(), stderr);
}

LogLevel level_from_environment() {
  const char* wanted = std::getenv("TENON_LOG");
  if (!wanted) return kDefault;
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == wanted) return static_cast<LogLevel>(i);
  write_to_stderr(LogLevel::warn,
                  cat("TENON_LOG is '", wanted, "', which is no level; it may be one of ", kNames));
  return kDefault;
}

std::atomic<LogLevel>& level() {
  static std::atomic<LogLevel> value{level_from_environment()};
  return value;
}

struct Sink {
  std::recursive_mutex mutex;  // a sink may itself log
  std::shared_ptr<const LogSink> write = std::make_shared<const LogSink>(write_to_stderr);
};

// Never destroyed: threads may log while the program ends.
Sink& sink() {
  static Sink& value = *new Sink;
  return value;
}
}  // namespace

std::string_view name_of(LogLevel level) { return kNames[static_cast<std::size_t>(level)]; }

LogLevel log_level() { return level().load(std::memory_order_relaxed); }
void set_log_level(LogLevel wanted) { level().store(wanted, std::memory_order_relaxed); }

void set_log_sink(LogSink wanted) {
  if (!wanted) wanted = write_to_stderr;
  const std::lock_guard lock(sink().mutex);
  sink().write = std::make_shared<const LogSink>(std::move(wanted));
}

void detail::write_log(LogLevel level, std::string_view line) {
  const std::lock_guard lock(sink().mutex);
  const auto write = sink().write;  // kept, so that a sink may replace itself
  (*write)(level, line);
}

}  // namespace tenon
