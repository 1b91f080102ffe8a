#include <functional>

#include "onnx/rules.h"
#include "onnx/shapes.h"

// One step of an optimiser, on several tensors at once: the inputs are the rate, the number of the step, and
// then all the tensors, all their gradients, and all of what is kept of each.
namespace tenon::onnx {

namespace {
constexpr std::string_view kDomain = "ai.onnx.preview.training";

// One tensor's step: from it, its gradient and what is kept, to the new tensor and what is kept of it now.
using Step = std::function<std::vector<Value>(Value x, Value gradient, const std::vector<Value>& kept)>;

std::vector<Item> each(const Call& call, std::size_t kept_count, const Step& step) {
  const std::size_t groups = kept_count + 2;
  call.require(call.input_count() > 2 && (call.input_count() - 2) % groups == 0, "it needs ", groups,
               " inputs for each tensor");
  const std::size_t count = (call.input_count() - 2) / groups;
  const double decay = call.number("norm_coefficient", 0.0);
  std::vector<Item> results(count * (kept_count + 1));
  for (std::size_t i = 0; i < count; ++i) {
    const Value x = call.input(2 + i);
    std::vector<Value> kept;
    for (std::size_t k = 0; k < kept_count; ++k) kept.push_back(call.input(2 + (k + 2) * count + i));
    const std::vector<Value> next = step(x, call.input(2 + count + i) + x * decay, kept);
    for (std::size_t k = 0; k < next.size(); ++k) results[k * count + i] = next[k];
  }
  return results;
}

Value rate_of(const Call& call) { return as_scalar(call.input(0)); }
Value step_of(const Call& call, Value like) { return cast(as_scalar(call.input(1)), like.dtype()); }

std::vector<Item> adagrad(const Call& call) {
  return each(call, 1, [&](Value x, Value gradient, const std::vector<Value>& kept) -> std::vector<Value> {
    const Value rate = rate_of(call) / (step_of(call, x) * call.number("decay_factor", 0.0) + 1.0);
    const Value squares = kept[0] + gradient * gradient;
    return {x - rate * gradient / (sqrt(squares) + call.number("epsilon", 1e-6)), squares};
  });
}

std::vector<Item> adam(const Call& call) {
  const double alpha = call.number("alpha", 0.9), beta = call.number("beta", 0.999);
  return each(call, 2, [&](Value x, Value gradient, const std::vector<Value>& kept) -> std::vector<Value> {
    const Value first = kept[0] * alpha + gradient * (1 - alpha);
    const Value second = kept[1] * beta + gradient * gradient * (1 - beta);
    const Value turn = step_of(call, x);
    const auto left = [&](double share) { return 1.0 - pow(scalar_like(share, x), turn); };
    const Value corrected = rate_of(call) * sqrt(left(beta)) / left(alpha);
    const Value rate = select(turn > 0.0, corrected, rate_of(call));
    const Value next = x - rate * first / (sqrt(second) + call.number("epsilon", 1e-6));
    return {next * (1 - call.number("norm_coefficient_post", 0.0)), first, second};
  });
}

std::vector<Item> momentum(const Call& call) {
  const double alpha = call.number("alpha"), beta = call.number("beta");
  const std::string mode = call.text("mode", "standard");
  call.require(mode == "standard" || mode == "nesterov", "there is no mode '", mode, "'");
  return each(call, 1, [&](Value x, Value gradient, const std::vector<Value>& kept) -> std::vector<Value> {
    const Value share = select(step_of(call, x) > 0.0, scalar_like(beta, x), 1.0);
    const Value speed = kept[0] * alpha + share * gradient;
    const Value moved = mode == "nesterov" ? gradient + speed * alpha : speed;
    return {x - rate_of(call) * moved, speed};
  });
}
}  // namespace

void add_optimiser_rules(Rules& rules) {
  rules.add(kDomain, "Adagrad", adagrad);
  rules.add(kDomain, "Adam", adam);
  rules.add(kDomain, "Momentum", momentum);
}

}  // namespace tenon::onnx
