#include "cli/scores.h"

#include <cmath>
#include <functional>
#include <vector>

#include "recipe/nearest.h"
#include "tenon/graph.h"

namespace tenon::cli {

namespace {
struct Metric {
  const char* name;
  std::function<double(const Tensor& output, const Tensor& target)> mean;
  bool is_error = false;
};

// Whether fewer than `count` classes of a row come before its label: those with more, and of equals the
// first. A row that is not finite is never right.
bool is_among_best(const Tensor& output, std::int64_t row, std::int64_t classes, std::int64_t label,
                   std::int64_t count) {
  const double own = output.number(row * classes + label);
  std::int64_t before = 0;
  for (std::int64_t i = 0; i < classes; ++i) {
    const double other = output.number(row * classes + i);
    const bool after = other < own || (other == own && i >= label);
    before += after ? 0 : 1;
  }
  return before < count;
}

double share_among_best(const Tensor& output, const Tensor& target, std::int64_t count) {
  require(are_classes(output, target), "classes cannot be scored: the output is ", Type::of(output),
          " and the labels are ", Type::of(target));
  const std::int64_t items = target.dim(0);
  const std::int64_t classes = output.size() / items;
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < items; ++i) {
    const auto label = static_cast<std::int64_t>(target.number(i));
    require(label >= 0 && label < classes, "item ", i, " is of class ", label, ", but the output has ",
            classes, " classes");
    right += is_among_best(output, i, classes, label, count) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(items);
}

template <class Error>
double mean_of(const Tensor& output, const Tensor& target, const Error& error) {
  require(output.size() == target.size() && output.size() > 0, "numbers cannot be compared: the output is ",
          Type::of(output), " and what is right is ", Type::of(target));
  double sum = 0;
  for (std::int64_t i = 0; i < output.size(); ++i) sum += error(output.number(i) - target.number(i));
  return sum / static_cast<double>(output.size());
}

const Metric kMetrics[] = {
    {"accuracy", [](const Tensor& a, const Tensor& b) { return share_among_best(a, b, 1); }},
    {"top5", [](const Tensor& a, const Tensor& b) { return share_among_best(a, b, 5); }},
    {"mse",
     [](const Tensor& a, const Tensor& b) {
       return mean_of(a, b, [](double error) { return error * error; });
     },
     true},
    {"mae",
     [](const Tensor& a, const Tensor& b) {
       return mean_of(a, b, [](double error) { return std::abs(error); });
     },
     true},
};

const Metric& metric_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Metric& metric : kMetrics) {
    if (name == metric.name) return metric;
    names.emplace_back(metric.name);
  }
  fail("there is no metric '", name, "'", recipe::suggestion(name, names));
}
}  // namespace

void check_metric(const std::string& name) { metric_named(name); }

double score(const std::string& metric, const Tensor& output, const Tensor& target) {
  return metric_named(metric).mean(output, target);
}

double goodness(const std::string& metric, const Tensor& output, const Tensor& target) {
  const double mean = score(metric, output, target);
  return metric_named(metric).is_error ? -mean : mean;
}

bool are_classes(const Tensor& output, const Tensor& target) {
  return is_int(target.dtype()) && target.rank() == 1 && output.rank() >= 2 && target.size() > 0 &&
         output.dim(0) == target.dim(0);
}

}  // namespace tenon::cli
