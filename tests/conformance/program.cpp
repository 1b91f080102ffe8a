#include "conformance/program.h"

#include <algorithm>

#include "conformance/numbers.h"
#include "op/evaluate.h"

namespace tenon::conformance {

namespace {
std::vector<Tensor> numbers_of(const Instance& instance) {
  std::vector<Tensor> tensors;
  for (const Input& input : instance.test->inputs)
    tensors.push_back(make_numbers(input, instance.dtype, static_cast<unsigned>(tensors.size())));
  return tensors;
}

Values inputs_like(Graph& graph, const std::vector<Tensor>& tensors) {
  Values values;
  for (const Tensor& tensor : tensors)
    values.push_back(graph.input(cat("x", graph.inputs().size()), Type::of(tensor)));
  return values;
}

// Whether the type rules let the case through.
bool takes(const Case& test, DType dtype) {
  Graph graph;
  std::vector<Tensor> tensors;
  for (const Input& input : test.inputs)
    tensors.push_back(Tensor::zeros(input.dtype.value_or(dtype), input.shape));
  try {
    test.write(graph, inputs_like(graph, tensors));
  } catch (const Error&) {
    return false;
  }
  return true;
}

bool wanted(Types types, DType dtype) {
  return types == Types::all || dtype == DType::f32 || dtype == DType::i32 || dtype == DType::boolean;
}

std::vector<DType> types_of(const Case& test) {
  const bool open =
      std::any_of(test.inputs.begin(), test.inputs.end(), [](const Input& input) { return !input.dtype; });
  if (!open) return {DType::f32};
  std::vector<DType> types;
  for (const DType dtype : kAllDTypes)
    if (wanted(test.types, dtype) && takes(test, dtype)) types.push_back(dtype);
  if (test.types == Types::one && types.size() > 1) types.resize(1);
  return types;
}

// What the case gives in f64 for the magnitudes of its inputs.
std::vector<Tensor> magnitudes_of(const Case& test, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> moved;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    moved.push_back(test.inputs[i].dtype ? inputs[i] : magnitudes(inputs[i]));
  Graph graph;
  for (const Value& result : test.write(graph, inputs_like(graph, moved))) graph.output("", result);
  return evaluate(graph, moved).outputs;
}

void add(Program& program, const Instance& instance) {
  const Case& test = *instance.test;
  const std::vector<Tensor> inputs = numbers_of(instance);
  const Values results = test.write(program.graph, inputs_like(program.graph, inputs));
  const bool sums = test.bound.kind == Bound::Kind::sum && is_float(instance.dtype);
  const std::vector<Tensor> sizes = sums ? magnitudes_of(test, inputs) : std::vector<Tensor>(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    program.graph.output(cat("y", program.labels.size()), results[i]);
    program.bounds.push_back(test.bound);
    program.magnitudes.push_back(sizes[i]);
    program.labels.push_back(cat(to_string(instance), ", result ", i));
  }
  program.inputs.insert(program.inputs.end(), inputs.begin(), inputs.end());
}
}  // namespace

std::string to_string(const Instance& instance) { return cat(instance.test->label, " of ", instance.dtype); }

std::vector<Instance> instances_of(const std::vector<Case>& cases, bool large) {
  std::vector<Instance> instances;
  for (const Case& test : cases)
    if (test.large == large)
      for (const DType dtype : types_of(test)) instances.push_back({&test, dtype});
  return instances;
}

std::unique_ptr<Program> write_program(const std::vector<Instance>& instances) {
  auto program = std::make_unique<Program>();
  for (const Instance& instance : instances) add(*program, instance);
  return program;
}

}  // namespace tenon::conformance
