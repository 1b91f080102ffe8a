// Ctrl-C, taken as a wish to end well. A second one ends the program at once.
#pragma once

#include <atomic>

namespace tenon::cli {

const std::atomic<bool>& watch_for_interrupt();  // true from the first Ctrl-C on

}  // namespace tenon::cli
