#include "nn/optimise.h"

#include <algorithm>

namespace tenon {

namespace {
Value as_f32(Value x) { return x.dtype() == DType::f32 ? x : cast(x, DType::f32); }

Value sum(std::span<const Value> values) {
  Value total = values[0];
  for (const Value& value : values.subspan(1)) total = total + value;
  return total;
}

std::vector<Value> scaled_to_norm(std::span<const Value> gradients, double limit) {
  constexpr double kTiny = 1e-6;  // against division by zero
  std::vector<Value> squares;
  for (const Value& gradient : gradients) squares.push_back(as_f32(reduce_sum(gradient * gradient)));
  const Value factor = minimum(limit / (sqrt(sum(squares)) + kTiny), 1.0);
  std::vector<Value> scaled;
  for (const Value& gradient : gradients) scaled.push_back(gradient * cast(factor, gradient.dtype()));
  return scaled;
}

// Whether `name` is what the pattern says, where '*' stands for any text: it takes as little as will do, and
// one character more each time what follows it does not fit.
bool matches(std::string_view pattern, std::string_view name) {
  std::size_t at = 0;
  std::size_t taken = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (taken < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      after_star = taken;
    } else if (at < pattern.size() && pattern[at] == name[taken]) {
      ++at;
      ++taken;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      taken = ++after_star;
    } else
      return false;
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

const optim::Group* group_of(const Optimizer& optimizer, std::string_view name) {
  for (const optim::Group& group : optimizer.groups)
    if (matches(group.pattern, name)) return &group;
  return nullptr;
}

void check_groups(const Optimizer& optimizer, std::span<const NamedValue> parameters) {
  for (const optim::Group& group : optimizer.groups)
    require(
        std::ranges::any_of(
            parameters, [&](const NamedValue& parameter) { return matches(group.pattern, parameter.name); }),
        "the parameter group '", group.pattern, "' has no parameter; write a name such as '",
        parameters.empty() ? "layers.0.weight" : parameters[0].name, "', with * for any text");
}
}  // namespace

std::vector<Value> clipped(std::span<const Value> gradients, const optim::Clip& clip) {
  require(clip.norm >= 0 && clip.value >= 0, "a limit on gradients cannot be negative");
  std::vector<Value> result(gradients.begin(), gradients.end());
  if (clip.norm > 0 && !result.empty()) result = scaled_to_norm(result, clip.norm);
  if (clip.value > 0)
    for (Value& gradient : result) gradient = clamp(gradient, -clip.value, clip.value);
  return result;
}

Value all_finite(Value loss, std::span<const Value> gradients) {
  std::vector<Value> probes{as_f32(loss * 0.0)};  // 0 of what is finite, else NaN
  for (const Value& gradient : gradients) probes.push_back(as_f32(reduce_sum(gradient * 0.0)));
  return is_finite(sum(probes));
}

std::vector<NamedValue> updates(const Optimizer& optimizer, std::span<const NamedValue> parameters,
                                std::span<const Value> gradients, Value rate, Value step) {
  check_groups(optimizer, parameters);
  std::vector<NamedValue> result;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const NamedValue& parameter = parameters[i];
    const optim::Group* group = group_of(optimizer, parameter.name);
    if (group && group->rate == 0) continue;
    const Value own_rate = group && group->rate != 1 ? rate * group->rate : rate;
    optim::Update update(parameter.name, parameter.value, gradients[i], own_rate, step);
    if (group) update.weight_decay = group->weight_decay;
    result.push_back({parameter.name, optimizer(update)});
    for (const auto& [name, value] : update.writes()) result.push_back({name, value});
  }
  return result;
}

}  // namespace tenon
