// What the library says while it works. Quiet by default: warnings and errors, to standard error.
// The environment variable TENON_LOG (off, error, warn, info, debug) sets the level at the start of the
// program.
#pragma once

#include <functional>
#include <string_view>

#include "tenon/error.h"

namespace tenon {

enum class LogLevel { off, error, warn, info, debug };

std::string_view name_of(LogLevel level);

LogLevel log_level();
void set_log_level(LogLevel level);

// Where lines go: one call a line, from any thread, never two at once. It must not throw. An empty function
// brings standard error back.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;
void set_log_sink(LogSink sink);

inline bool logs(LogLevel level) { return level <= log_level(); }

namespace detail {
void write_log(LogLevel level, std::string_view line);
}

// The parts one after another, as `cat` writes them; nothing is written out below the level.
template <class... Parts>
void log(LogLevel level, const Parts&... parts) {
  if (logs(level)) detail::write_log(level, cat(parts...));
}

}  // namespace tenon
