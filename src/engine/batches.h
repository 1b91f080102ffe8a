// Many items, a few at a time.
#pragma once

#include "tenon/engine.h"

namespace tenon::engine {

// Runs all items, so many at a time, or as many as the program takes; inputs share their first axis, and so
// do outputs.
NamedTensors run_in_batches(const Engine& engine, const NamedTensors& inputs, std::int64_t batch);

// The items that each of these runs takes.
std::int64_t items_at_a_time(const Engine& engine, std::int64_t batch);

// So many of the first items; all where the inputs do not share their first axis.
NamedTensors first_items(const NamedTensors& inputs, std::int64_t count);

}  // namespace tenon::engine
