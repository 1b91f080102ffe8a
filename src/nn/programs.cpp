#include "nn/programs.h"

#include "tenon/gradient.h"

namespace tenon {

namespace {
std::vector<Value> inputs_of(Graph& graph, std::span<const NamedType> columns) {
  std::vector<Value> values;
  for (const NamedType& column : columns) values.push_back(graph.input(column.name, column.type));
  return values;
}

// A program half written: what comes out of the model, and what it is compared with.
struct Forward {
  Graph graph;
  nn::Context context;
  std::vector<Value> inputs;
  std::vector<Value> outputs;

  Forward(const ModelParts& parts, const char* name, bool training)
      : graph(name), context(graph, training), inputs(inputs_of(graph, parts.inputs)) {
    std::vector<Value> prepared;
    for (const Value& input : inputs)
      prepared.push_back((prepared.empty() ? parts.preparation : nn::Preparation{})(context, input));
    outputs = parts.model(context, prepared);
    require(!outputs.empty(), "the model has no output");
  }
};

Value scalar_i64(Graph& graph, std::int64_t value) { return graph.constant(Tensor::scalar(value)); }

// The number of items in the batch, f32.
Value batch_items(const Forward& forward) {
  const Value first = forward.inputs.at(0);
  return cast(gather(shape_of(first), scalar_i64(first.graph(), 0)), DType::f32);
}

std::string tally_name(std::string_view prefix, std::string_view what) { return cat(prefix, what); }

NamedValue added(Graph& graph, std::string name, Value amount) {
  const Value sum = graph.state(name, {DType::f32, {}}) + amount;
  return {std::move(name), sum};
}

// The scalar that a loss or a metric gave, as f32.
Value checked_scalar(Value value, std::string_view what) {
  require(value.defined() && is_float(value.dtype()) && value.type().ranked && value.rank() == 0, "the ",
          what, " must be a float scalar, not ", value.defined() ? to_string(value.type()) : "nothing",
          ": reduce it over the batch");
  return value.dtype() == DType::f32 ? value : cast(value, DType::f32);
}

struct Judged {
  Value loss;
  std::vector<NamedValue> tally;
};

Judged judge(Forward& forward, const ModelParts& parts, std::string_view prefix) {
  Graph& graph = forward.graph;
  const std::vector<Value> targets = inputs_of(graph, parts.targets);
  graph.set_label("loss");
  Judged judged;
  judged.loss = checked_scalar(parts.loss(forward.outputs, targets), "loss");
  graph.set_label("metrics");
  const Value items = batch_items(forward);
  judged.tally.push_back(added(graph, tally_name(prefix, "loss"), judged.loss * items));
  judged.tally.push_back(added(graph, tally_name(prefix, "items"), items));
  for (const Metric& metric : parts.metrics)
    judged.tally.push_back(added(graph, tally_name(prefix, metric.name),
                                 checked_scalar(metric.sum(forward.outputs, targets), metric.name)));
  graph.set_label("");
  return judged;
}

std::vector<NamedValue> trained_parameters(Forward& forward) {
  std::vector<NamedValue> parameters;
  for (const nn::Slot& slot : forward.context.slots())
    if (slot.trained) parameters.push_back({slot.name, forward.graph.state(slot.name, slot.type)});
  require(!parameters.empty(), "the model has no parameters to train");
  return parameters;
}

std::vector<Value> gradients_of(Value loss, std::span<const NamedValue> parameters) {
  std::vector<Value> values;
  for (const NamedValue& parameter : parameters) values.push_back(parameter.value);
  return gradient({&loss, 1}, values);
}

// Counts the steps that were not finite, and says whether this one may change the other states.
Value open_gate(Graph& graph, Value finite, Value step, OnNan on_nan) {
  const Type scalar{DType::i64, {}};
  const std::string first = tally_name(kRunPrefix, "bad_step");
  const std::string count = tally_name(kRunPrefix, "bad_steps");
  const Value bad_step = graph.state(first, scalar);
  const Value none_yet = bad_step < 0.0;
  const Value is_first = logical_and(none_yet, logical_not(finite));
  graph.update(first, select(is_first, step, bad_step));
  graph.update(count, graph.state(count, scalar) + cast(logical_not(finite), DType::i64));
  return on_nan == OnNan::stop ? logical_and(finite, none_yet) : finite;
}

void write_states(Graph& graph, std::span<const NamedValue> writes, Value gate) {
  for (const NamedValue& write : writes) {
    const auto slot = graph.find_state(write.name);
    require(slot.has_value(), "'", write.name,
            "' is given a new value, but it was never read: ask for the state first");
    graph.update(write.name, gate.defined() ? select(gate, write.value, graph.value(*slot)) : write.value);
  }
}
}  // namespace

NamedTensors empty_tally(std::string_view prefix, std::span<const Metric> metrics) {
  NamedTensors tally;
  const auto zero = [&](std::string_view what) {
    tally.emplace_back(tally_name(prefix, what), Tensor::scalar(0.0f));
  };
  zero("loss");
  zero("items");
  for (const Metric& metric : metrics) zero(metric.name);
  if (prefix != kRunPrefix) return tally;
  tally.emplace_back(tally_name(prefix, "bad_step"), Tensor::scalar(std::int64_t{-1}));
  tally.emplace_back(tally_name(prefix, "bad_steps"), Tensor::scalar(std::int64_t{0}));
  return tally;
}

InferenceProgram inference_program(const ModelParts& parts) {
  Forward forward(parts, "inference", false);
  const bool several = forward.outputs.size() > 1;
  for (std::size_t i = 0; i < forward.outputs.size(); ++i)
    forward.graph.output(several ? cat("output.", i) : "output", forward.outputs[i]);
  std::vector<nn::Slot> slots = forward.context.slots();
  return {std::move(forward.graph), std::move(slots)};
}

Graph evaluation_program(const ModelParts& parts) {
  Forward forward(parts, "evaluation", false);
  const Judged judged = judge(forward, parts, kEvalPrefix);
  write_states(forward.graph, judged.tally, {});
  return std::move(forward.graph);
}

Graph training_step(const ModelParts& parts, const Optimizer& optimizer, const optim::Clip& clip,
                    OnNan on_nan) {
  Forward forward(parts, "training_step", true);
  Graph& graph = forward.graph;
  Judged judged = judge(forward, parts, kRunPrefix);
  const Value rate = graph.input(std::string(kRateInput), {DType::f32, {}});
  const Value step = graph.input(std::string(kStepInput), {DType::i64, {}});
  const std::vector<NamedValue> parameters = trained_parameters(forward);
  graph.set_label("gradient");
  const std::vector<Value> gradients = gradients_of(judged.loss, parameters);
  graph.set_label("optimizer");
  const Value finite = all_finite(judged.loss, gradients);
  std::vector<NamedValue> writes =
      updates(optimizer, parameters, clipped(gradients, clip), rate, cast(step, DType::f32) + 1.0);
  for (const auto& [name, value] : forward.context.updates()) writes.push_back({name, value});
  for (NamedValue& sum : judged.tally) writes.push_back(std::move(sum));
  const Value gate = open_gate(graph, finite, step, on_nan);
  write_states(graph, writes, on_nan == OnNan::keep_on ? Value() : gate);
  graph.set_label("");
  graph.output("loss", judged.loss);
  graph.output("finite", finite);
  return std::move(forward.graph);
}

std::vector<Metric> usual_metrics(const ModelParts& parts) {
  const Forward forward(parts, "probe", false);
  if (forward.outputs.size() != 1 || parts.targets.size() != 1) return {};
  const Type& output = forward.outputs[0].type();
  const Type& target = parts.targets[0].type;
  const bool scores_classes = output.ranked && output.rank() >= 2 && is_float(output.dtype) &&
                              output.dims[1].is_constant() && output.dims[1].constant() > 1;
  const bool names_classes = is_int(target.dtype) && target.rank() + 1 == output.rank();
  return scores_classes && names_classes ? std::vector{metric::accuracy()} : std::vector<Metric>();
}

}  // namespace tenon
