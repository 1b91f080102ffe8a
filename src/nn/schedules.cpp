#include <cmath>
#include <numbers>

#include "tenon/optim.h"

namespace tenon::schedule {

namespace {
// How much of the run is over, from 0 at its first step to 1 after its last.
double part_done(std::int64_t step, std::int64_t steps) {
  if (steps <= 0) return 0;
  return std::min(1.0, static_cast<double>(step) / static_cast<double>(steps));
}
}  // namespace

Schedule constant() {
  return [](std::int64_t, std::int64_t) { return 1.0; };
}

Schedule linear(double end) {
  return [end](std::int64_t step, std::int64_t steps) { return 1 + (end - 1) * part_done(step, steps); };
}

Schedule cosine(double end) {
  return [end](std::int64_t step, std::int64_t steps) {
    return end + (1 - end) * (1 + std::cos(std::numbers::pi * part_done(step, steps))) / 2;
  };
}

Schedule step(std::int64_t every, double factor) {
  require(every >= 1, "the rate is lowered every 1 step or more, not ", every);
  return [every, factor](std::int64_t at, std::int64_t) {
    return std::pow(factor, static_cast<double>(at / every));
  };
}

Schedule warm_up(std::int64_t warm, Schedule then) {
  require(warm >= 0, "a warm-up cannot last ", warm, " steps");
  return [warm, then = std::move(then)](std::int64_t at, std::int64_t steps) {
    if (at >= warm) return then(at - warm, steps - warm);
    return then(0, steps - warm) * static_cast<double>(at + 1) / static_cast<double>(warm + 1);
  };
}

}  // namespace tenon::schedule
