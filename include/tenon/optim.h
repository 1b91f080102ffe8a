// Optimisers write their update into the training step. The learning rate and the step number are inputs of
// it; what an optimiser remembers of a parameter is a state, "optim.<parameter>.<slot>".
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tenon/ops.h"

namespace tenon {

namespace optim {

// One parameter's update while it is written.
class Update {
 public:
  Update(std::string name, Value parameter_value, Value gradient_value, Value rate_value, Value step_number)
      : parameter(parameter_value),
        gradient(gradient_value),
        rate(rate_value),
        step(step_number),
        name_(std::move(name)) {}

  Value parameter;
  Value gradient;
  Value rate;                          // f32 scalar: schedule and group are in it
  Value step;                          // f32 scalar, 1 at the first step
  std::optional<double> weight_decay;  // the group's, where it has one

  // What the optimiser remembers of the parameter: as large as it, zero at first.
  Value slot(const std::string& slot_name) const;
  void write(const std::string& slot_name, Value value);
  const std::vector<std::pair<std::string, Value>>& writes() const { return writes_; }

 private:
  std::string state_name(const std::string& slot_name) const;
  std::string name_;
  std::vector<std::pair<std::string, Value>> writes_;
};

// Parameters that are treated otherwise: those whose name has the pattern ('*' stands for any text) and no
// earlier group's.
struct Group {
  std::string pattern;
  double rate = 1;  // a factor; 0 freezes
  std::optional<double> weight_decay = {};
};

struct Sgd {
  double lr = 0.01;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};
struct Adam {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;  // added to the gradient
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};
struct AdamW {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;  // of the parameter itself, times the rate
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};
struct RmsProp {
  double lr = 0.01;
  double alpha = 0.99;
  double epsilon = 1e-8;
  double momentum = 0;
  double weight_decay = 0;
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};
struct Adagrad {
  double lr = 0.01;
  double epsilon = 1e-10;
  double weight_decay = 0;
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};
struct Lamb {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0.01;
  std::vector<Group> groups = {};
  Value operator()(Update& update) const;
};

// Limits on the gradients, before the update; 0 is none.
struct Clip {
  double norm = 0;   // of all gradients together: they are scaled down to it
  double value = 0;  // of each element, either way
};

}  // namespace optim

// Any optimiser, behind one type: of one's own, a struct with `lr`, `groups` and such a call operator, which
// returns the parameter's new value.
class Optimizer {
 public:
  template <class Rule>
    requires std::invocable<const Rule&, optim::Update&>
  Optimizer(Rule rule) : lr(rule.lr), groups(rule.groups), rule_(std::move(rule)) {}  // NOLINT: implicit

  Value operator()(optim::Update& update) const { return rule_(update); }

  double lr;
  std::vector<optim::Group> groups;

 private:
  std::function<Value(optim::Update&)> rule_;
};

// What happens at a step whose loss or gradient is not finite.
enum class OnNan {
  stop,     // the step changes nothing, and training ends with an error that names the node
  skip,     // the step changes nothing
  keep_on,  // the step counts like any other
};

// What the learning rate is multiplied with at a step, counted from 0, of a run of `steps`.
using Schedule = std::function<double(std::int64_t step, std::int64_t steps)>;

namespace schedule {
Schedule constant();
Schedule linear(double end = 0);  // from 1 to `end`
Schedule cosine(double end = 0);  // the same along half a cosine
Schedule step(std::int64_t every, double factor = 0.1);
Schedule warm_up(std::int64_t steps, Schedule then = constant());  // rises linearly to where `then` begins
}  // namespace schedule

}  // namespace tenon
