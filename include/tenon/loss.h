// What training makes small, and what people watch while it does.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <vector>

#include "tenon/ops.h"

namespace tenon {

// A scalar made of the model's outputs and the targets. Any function of two values will do, or of two spans
// where there are several outputs or targets.
class Loss {
 public:
  using Function = std::function<Value(std::span<const Value> outputs, std::span<const Value> targets)>;

  template <class F>
    requires std::invocable<const F&, Value, Value>
  Loss(F function)  // NOLINT: made to be implicit
      : function_([function](std::span<const Value> outputs, std::span<const Value> targets) {
          require(outputs.size() == 1 && targets.size() == 1,
                  "the loss is of one output and one target, not ", outputs.size(), " and ", targets.size());
          return function(outputs[0], targets[0]);
        }) {}
  template <class F>
    requires std::invocable<const F&, std::span<const Value>, std::span<const Value>>
  Loss(F function) : function_(std::move(function)) {}  // NOLINT: made to be implicit

  Value operator()(std::span<const Value> outputs, std::span<const Value> targets) const {
    return function_(outputs, targets);
  }

 private:
  Function function_;
};

// The ready ones: the mean over the batch. Targets that hold numbers of another type are cast.
namespace loss {
Value cross_entropy(Value logits, Value target);
Value mse(Value output, Value target);
Value l1(Value output, Value target);
Value huber(Value output, Value target);
Value kl_div(Value output, Value target);
Value bce_with_logits(Value output, Value target);
}  // namespace loss

// A number a item, averaged over an epoch: the program adds up what `sum` gives for each batch.
struct Metric {
  std::string name;
  std::function<Value(std::span<const Value> outputs, std::span<const Value> targets)> sum;  // f32 scalar
};

namespace metric {
Metric accuracy();  // the share of items whose largest output is the target's class
Metric mean_absolute_error();
}  // namespace metric

}  // namespace tenon
