// A loss of one's own: any function that makes a scalar of the model's output and the target. This one fits a
// quantile instead of the mean: nine in ten targets should lie below the line.
#include <tenon/tenon.h>

#include <cmath>
#include <cstdio>

using namespace tenon;

namespace {
// Being too low costs nine times as much as being too high.
Value pinball(Value output, Value target) {
  constexpr double kQuantile = 0.9;
  const Value miss = target - output;
  return reduce_mean(maximum(kQuantile * miss, (kQuantile - 1) * miss));
}

// y is 2 x, and anything up to 1 more.
Dataset noisy_line(std::int64_t items) {
  const Tensor x = Tensor::empty(DType::f32, {items, 1});
  const Tensor y = Tensor::empty(DType::f32, {items, 1});
  for (std::int64_t i = 0; i < items; ++i) {
    x.set_number(i, static_cast<double>(i) / static_cast<double>(items));
    y.set_number(i, 2 * x.number(i) + std::fmod(static_cast<double>(i) * 0.618, 1.0));
  }
  return Dataset({{"x", x}, {"y", y}});
}
}  // namespace

int main() {
  const Dataset data = noisy_line(500);
  Trainer trainer{nn::Linear{1}, optim::Adam{.lr = 0.05}, pinball};
  trainer.fit(data, {.epochs = 40, .batch = 50, .schedule = schedule::linear(), .progress = Progress::quiet});

  const Tensor line = trainer.predict(data.column("x"));
  int below = 0;
  for (std::int64_t i = 0; i < data.size(); ++i) below += data.column("y").number(i) < line.number(i);
  std::printf("%.0f %% of the targets lie below the line\n", 100.0 * below / 500);
  return below > 430 && below < 470 ? 0 : 1;
}
