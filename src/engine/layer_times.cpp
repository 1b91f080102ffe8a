#include "engine/layer_times.h"

#include <algorithm>
#include <chrono>

namespace tenon::engine {

namespace {
using Clock = std::chrono::steady_clock;

constexpr int kLeastRounds = 7;
constexpr auto kEnough = std::chrono::milliseconds(500);

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

template <class Round>
void repeat(const Round& round) {
  const auto begin = Clock::now();
  for (int rounds = 0; rounds < kLeastRounds || Clock::now() - begin < kEnough; ++rounds) round();
}

void keep_least(std::vector<StepInfo>& least, const std::vector<StepInfo>& steps) {
  for (std::size_t i = 0; i < least.size(); ++i)
    least[i].microseconds = std::min(least[i].microseconds, steps[i].microseconds);
}

LayerTimes by_layer(const std::vector<StepInfo>& steps) {
  LayerTimes times;
  for (const StepInfo& step : steps)
    for (const StepLayer& layer : step.layers)
      times[layer.name] += step.microseconds / static_cast<double>(step.layers.size());
  return times;
}

// Calls that are over too soon to be measured alone are measured together.
int calls_together(EngineSession& session) {
  constexpr double kLeast = 100;  // microseconds
  const auto begin = Clock::now();
  session.run();
  return static_cast<int>(1 + kLeast / std::max(0.1, microseconds(Clock::now() - begin)));
}

double time_of(EngineSession& session, int calls) {
  const auto begin = Clock::now();
  for (int i = 0; i < calls; ++i) session.run();
  return microseconds(Clock::now() - begin) / calls;
}
}  // namespace

std::pair<LayerTimes, LayerTimes> time_layers(EngineSession& a, EngineSession& b) {
  a.run();  // the first run pays for what later ones do not
  b.run();
  std::vector<StepInfo> least_a = a.profile();
  std::vector<StepInfo> least_b = b.profile();
  repeat([&] {
    keep_least(least_a, a.profile());
    keep_least(least_b, b.profile());
  });
  return {by_layer(least_a), by_layer(least_b)};
}

std::pair<double, double> time_calls(EngineSession& a, EngineSession& b) {
  a.run();
  b.run();
  const int calls_a = calls_together(a);
  const int calls_b = calls_together(b);
  std::pair<double, double> least{time_of(a, calls_a), time_of(b, calls_b)};
  repeat([&] {
    least.first = std::min(least.first, time_of(a, calls_a));
    least.second = std::min(least.second, time_of(b, calls_b));
  });
  return least;
}

std::vector<StepLayer> lowered_layers(const EngineSession& session) {
  std::vector<StepLayer> layers;
  for (const StepInfo& step : session.steps())
    for (const StepLayer& layer : step.layers) {
      const bool is_known = std::ranges::find(layers, layer.name, &StepLayer::name) != layers.end();
      if (layer.op != "cast" && layer.operands == DType::bf16 && !is_known) layers.push_back(layer);
    }
  return layers;
}

}  // namespace tenon::engine
