#include "cli/guesses.h"

#include <algorithm>
#include <cmath>

namespace tenon::cli {

std::vector<Guess> best(const Tensor& output, std::int64_t item, std::int64_t count) {
  const std::int64_t classes = output.dim(1);
  std::vector<Guess> guesses;
  for (std::int64_t i = 0; i < classes; ++i) guesses.push_back({i, output.number(item * classes + i)});
  std::ranges::stable_sort(guesses, std::greater{}, &Guess::share);
  const double largest = guesses.front().share;
  double sum = 0;
  for (Guess& guess : guesses) sum += guess.share = std::exp(guess.share - largest);
  for (Guess& guess : guesses) guess.share /= sum;
  guesses.resize(static_cast<std::size_t>(std::min(count, classes)));
  return guesses;
}

std::string class_name(const Engine& engine, std::int64_t index) {
  const auto& names = engine.info().class_names;
  return static_cast<std::size_t>(index) < names.size() ? names[static_cast<std::size_t>(index)] : cat(index);
}

void check_classes(const Tensor& output) {
  require(output.rank() == 2 && output.dim(1) > 0 && is_float(output.dtype()),
          "classes need an output with a row of classes for each item, and this engine's first is ",
          Type::of(output));
}

}  // namespace tenon::cli
