#include <algorithm>
#include <chrono>
#include <numeric>

#include "cli/commands.h"
#include "cli/model.h"
#include "cli/output.h"

namespace tenon::cli {

namespace {
using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

struct Latencies {
  std::int64_t batch = 0;
  std::int64_t calls = 0;
  double least = 0;
  double median = 0;
  double p90 = 0;
  double p99 = 0;
  double per_second = 0;  // items
};

// Small numbers that differ, so that no branch is taken by chance alone.
void fill(const Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.set_number(i, static_cast<double>(i * 7 % 2));
}

double time_calls(EngineSession& session, std::int64_t calls) {
  const auto begin = Clock::now();
  for (std::int64_t i = 0; i < calls; ++i) session.run();
  return microseconds(Clock::now() - begin) / static_cast<double>(calls);
}

// So many calls together that reading the clock is nothing beside them.
std::int64_t calls_per_sample(EngineSession& session) {
  constexpr double kLeast = 20;  // microseconds
  constexpr std::int64_t kMost = 1 << 20;
  for (std::int64_t calls = 1;; calls *= 2)
    if (time_calls(session, calls) * static_cast<double>(calls) >= kLeast || calls >= kMost) return calls;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Latencies measure(const Engine& engine, std::int64_t batch, double seconds) {
  EngineSession session = engine.session(shapes_for(engine, batch));
  for (const Port& port : engine.inputs()) fill(session.input(port.name));
  session.run();
  const std::int64_t calls = calls_per_sample(session);
  std::vector<double> samples;
  const auto begin = Clock::now();
  do samples.push_back(time_calls(session, calls));
  while (microseconds(Clock::now() - begin) < seconds * 1e6);
  const double mean =
      std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  std::ranges::sort(samples);
  return {batch,
          calls * static_cast<std::int64_t>(samples.size()),
          samples.front(),
          percentile(samples, 0.5),
          percentile(samples, 0.9),
          percentile(samples, 0.99),
          static_cast<double>(batch) / mean * 1e6};
}

Json to_json(const Latencies& one) {
  return Json::Object{{"batch", one.batch},
                      {"calls", one.calls},
                      {"min_us", one.least},
                      {"median_us", one.median},
                      {"p90_us", one.p90},
                      {"p99_us", one.p99},
                      {"items_per_second", one.per_second}};
}

Row to_row(const Latencies& one) {
  return {cat(one.batch),   in_time(one.least), in_time(one.median),
          in_time(one.p90), in_time(one.p99),   with_separators(static_cast<std::int64_t>(one.per_second))};
}
}  // namespace

int execute(const BenchArguments& arguments) {
  const Model model = open_model(arguments.engine, arguments.running);
  Json::Array results;
  std::vector<Row> rows{{"batch", "least", "median", "90 %", "99 %", "items/s"}};
  for (const std::int64_t batch : arguments.batches) {
    const Latencies measured = measure(model.engine, batch, arguments.seconds);
    results.push_back(to_json(measured));
    rows.push_back(to_row(measured));
  }
  const std::string precision = summary_of(model.engine.info().precision);
  if (arguments.json)
    print_json(Json::Object{{"threads", model.engine.options().threads},
                            {"precision", precision},
                            {"batches", std::move(results)}});
  else
    print(cat("latency of a call, ", model.engine.options().threads, " threads, ", precision, "\n",
              table(rows)));
  return kDone;
}

}  // namespace tenon::cli
