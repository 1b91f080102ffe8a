// The key of a program's random numbers, where its caller leaves it to the engine.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "tenon/graph.h"

namespace tenon::engine {

using RandomKey = std::array<std::uint64_t, 2>;

// Another seed for each engine, and another number for each run of it.
class RandomKeys {
 public:
  RandomKey next() { return {seed_, runs_++}; }

 private:
  const std::uint64_t seed_ = std::uint64_t{std::random_device()()} << 32 | std::random_device()();
  std::atomic<std::uint64_t> runs_ = 0;
};

inline constexpr RandomKey kFixedKey = {0, 0};  // where two runs are compared

bool draws_numbers(const Graph& program);
// What the callers give, and the key where the program wants one that is not among it.
NamedTensors with_key(const Graph& program, const NamedTensors& inputs, const RandomKey& key);
std::map<std::string, Type> with_key_type(const Graph& program, std::map<std::string, Type> types);

}  // namespace tenon::engine
