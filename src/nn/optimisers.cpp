#include <cmath>

#include "tenon/optim.h"

namespace tenon::optim {

std::string Update::state_name(const std::string& slot_name) const {
  return cat("optim.", name_, ".", slot_name);
}

Value Update::slot(const std::string& slot_name) const {
  return parameter.graph().state(state_name(slot_name), parameter.type());
}

void Update::write(const std::string& slot_name, Value value) {
  writes_.emplace_back(state_name(slot_name), value);
}

namespace {
// A scalar of the step, in the parameter's type. Every parameter's update writes it anew; merging common
// nodes makes one of them.
Value scalar(const Update& update, Value value) { return cast(value, update.parameter.dtype()); }

// 1 - beta^step, without the cancellation that f32 would meet in the first steps.
Value correction(const Update& update, double beta) {
  return scalar(update, -expm1(update.step * std::log(beta)));
}

Value decayed_gradient(const Update& update, double own_decay) {
  const double decay = update.weight_decay.value_or(own_decay);
  return decay == 0 ? update.gradient : update.gradient + decay * update.parameter;
}

// The slot's value, moved towards `target`.
Value moving_mean(Update& update, const char* slot, double beta, Value target) {
  const Value mean = beta * update.slot(slot) + (1 - beta) * target;
  update.write(slot, mean);
  return mean;
}

struct Moments {
  double beta1, beta2, epsilon;
};

// Adam's direction: mean over root of mean square, both corrected for their start at zero. What is the same
// for all elements is in scalars: m / (sqrt(v) r2 + eps) / c1, where r2 = 1 / sqrt(c2).
Value adam_direction(Update& update, Value gradient, const Moments& moments) {
  const Value mean = moving_mean(update, "m", moments.beta1, gradient);
  const Value square = moving_mean(update, "v", moments.beta2, gradient * gradient);
  const Value root = rsqrt(correction(update, moments.beta2));
  return mean / (sqrt(square) * root + moments.epsilon);
}

Value adam_rate(const Update& update, double beta1) {
  return scalar(update, update.rate) / correction(update, beta1);
}

Value norm_of(Value x) { return sqrt(reduce_sum(x * x)); }
}  // namespace

Value Sgd::operator()(Update& update) const {
  Value direction = decayed_gradient(update, weight_decay);
  if (momentum != 0) {
    const Value velocity = momentum * update.slot("velocity") + direction;
    update.write("velocity", velocity);
    direction = nesterov ? direction + momentum * velocity : velocity;
  }
  return update.parameter - scalar(update, update.rate) * direction;
}

Value Adam::operator()(Update& update) const {
  const Value gradient = decayed_gradient(update, weight_decay);
  const Value direction = adam_direction(update, gradient, {beta1, beta2, epsilon});
  return update.parameter - adam_rate(update, beta1) * direction;
}

Value AdamW::operator()(Update& update) const {
  const double decay = update.weight_decay.value_or(weight_decay);
  const Value shrunk =
      decay == 0 ? update.parameter : (1.0 - decay * scalar(update, update.rate)) * update.parameter;
  const Value direction = adam_direction(update, update.gradient, {beta1, beta2, epsilon});
  return shrunk - adam_rate(update, beta1) * direction;
}

Value RmsProp::operator()(Update& update) const {
  const Value gradient = decayed_gradient(update, weight_decay);
  const Value square = moving_mean(update, "v", alpha, gradient * gradient);
  Value direction = gradient / (sqrt(square) + epsilon);
  if (momentum != 0) {
    direction = momentum * update.slot("velocity") + direction;
    update.write("velocity", direction);
  }
  return update.parameter - scalar(update, update.rate) * direction;
}

Value Adagrad::operator()(Update& update) const {
  const Value gradient = decayed_gradient(update, weight_decay);
  const Value sum = update.slot("sum") + gradient * gradient;
  update.write("sum", sum);
  return update.parameter - scalar(update, update.rate) * (gradient / (sqrt(sum) + epsilon));
}

Value Lamb::operator()(Update& update) const {
  const double decay = update.weight_decay.value_or(weight_decay);
  const Value adam =
      adam_direction(update, update.gradient, {beta1, beta2, epsilon}) / correction(update, beta1);
  const Value direction = decay == 0 ? adam : adam + decay * update.parameter;
  const Value size = norm_of(update.parameter);
  const Value length = norm_of(direction);
  const Value usable = logical_and(size > 0.0, length > 0.0);
  const Value trust = select(usable, size / length, 1.0);
  return update.parameter - scalar(update, update.rate) * trust * direction;
}

}  // namespace tenon::optim
