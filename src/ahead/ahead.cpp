#include "tenon/ahead.h"

#include <algorithm>

#include "ahead/backend.h"
#include "ahead/c_header.h"
#include "ahead/entry.h"
#include "codegen/compile.h"
#include "compile/compile.h"
#include "op/evaluate.h"

namespace tenon {

namespace {
using Types = std::map<std::string, Type>;
using Symbols = std::map<std::string, std::int64_t>;

codegen::Target target_of(const std::string& name) {
  if (name == "native") return codegen::native_target();
  const auto simd = codegen::parse_simd(name);
  require(simd.has_value(), "there is no target '", name, "': it is sse, avx2, avx512 or native");
  return {*simd};
}

void bind(const std::string& name, const Type& wanted, const Shape& given, Symbols& symbols) {
  require(wanted.ranked && wanted.dims.size() == given.size(), "input '", name, "' is ", wanted,
          ": it cannot be of shape ", given);
  for (std::size_t axis = 0; axis < given.size(); ++axis) {
    const Dim dim = wanted.dims[axis];
    const std::int64_t known =
        dim.is_symbol() ? symbols.try_emplace(to_string(dim), given[axis]).first->second : given[axis];
    require(known == given[axis] && (!dim.is_constant() || dim.is(given[axis])), "input '", name, "' is ",
            wanted, ": it cannot be of shape ", given);
  }
}

// What is given, and 1 for all that is left open.
Types input_types(const Graph& program, const std::map<std::string, Shape>& shapes) {
  Symbols symbols;
  for (const auto& [name, shape] : shapes) {
    const auto input = program.find_input(name);
    require(input.has_value(), "the program has no input '", name, "'");
    bind(name, program.type(*input), shape, symbols);
  }
  Types types;
  for (const std::uint32_t id : program.inputs()) {
    const std::string& name = name_of(program.nodes()[id]);
    Type type = program.nodes()[id].results[0];
    require(type.ranked, "input '", name, "' must say how many axes it has");
    const auto given = shapes.find(name);
    for (std::size_t axis = 0; axis < type.dims.size(); ++axis) {
      if (type.dims[axis].is_constant()) continue;
      const auto symbol = symbols.find(to_string(type.dims[axis]));
      type.dims[axis] = given != shapes.end()     ? Dim(given->second[axis])
                        : symbol != symbols.end() ? Dim(symbol->second)
                                                  : Dim(1);
    }
    types.emplace(name, std::move(type));
  }
  return types;
}

TensorMap weights_of(const Graph& program, const NamedTensors& weights) {
  TensorMap states;
  for (const std::uint32_t id : program.states()) {
    const Node& node = program.nodes()[id];
    const Tensor* const weight = find(weights, name_of(node));
    require(weight != nullptr, "there is no weight '", name_of(node), "', which the program needs");
    require(Type::of(*weight) == node.results[0], "weight '", name_of(node), "' is ", Type::of(*weight),
            ", and the program needs ", node.results[0]);
    states.emplace(name_of(node), *weight);
  }
  return states;
}

// A control is refused whole: what its bodies hold is listed too.
void check_supported(const Executable& executable, const ahead::LoopsBackend& backend) {
  std::string list;
  for (const Phase& phase : executable.phases)
    if (const auto* const control = std::get_if<Control>(&phase.work)) list += cat("\n  ", control->name);
  for (const std::string& node : backend.unsupported()) list += cat("\n  ", node);
  require(list.empty(),
          "this program cannot be compiled ahead of time, as there are no generated loops for:", list);
}

// What the plan reads of weights and of what is prepared from them, in its order.
std::vector<Tensor> state_values(const Plan& plan, const Graph& prepare, TensorMap weights) {
  const Evaluation made = evaluate(prepare, {}, weights);
  for (std::size_t i = 0; i < made.updates.size(); ++i)
    weights.insert_or_assign(prepare.updates()[i].name, made.updates[i]);
  std::vector<Tensor> values;
  for (const Slot& slot : plan.states) values.push_back(weights.find(slot.name)->second);
  return values;
}

std::vector<EmittedObject::Array> arrays_of(const std::vector<Slot>& slots) {
  std::vector<EmittedObject::Array> arrays;
  for (const Slot& slot : slots) arrays.push_back({slot.name, slot.type});
  return arrays;
}
}  // namespace

EmittedObject emit_object(const Graph& program, const NamedTensors& weights,
                          const std::map<std::string, Shape>& shapes, const ObjectOptions& options) {
  require(program.updates().empty(), "an object only answers: its program must not update state '",
          program.updates().empty() ? "" : program.updates()[0].name, "'");
  const codegen::Target target = target_of(options.target);
  const Types types = input_types(program, shapes);
  TensorMap states = weights_of(program, weights);
  ahead::LoopsBackend backend(codegen::lanes_of(target.simd));
  const PreparedExecutable compiled = compile_prepared(program, types, backend);
  check_supported(compiled.executable, backend);
  const Plan& plan = *compiled.executable.only_plan();
  const std::string name = ahead::identifier(options.name);
  const std::vector<Tensor> values = state_values(plan, compiled.prepare, std::move(states));
  const ahead::Code code = ahead::code_of(plan, values, cat(name, "_run"), target);
  return {codegen::compile_object(code.kernels, code.entry, target),
          ahead::c_header(plan, name, target.simd),
          code.entry.name,
          arrays_of(plan.inputs),
          arrays_of(plan.outputs),
          plan.scratch_bytes,
          code.entry.constants.size(),
          std::string(name_of(target.simd))};
}

}  // namespace tenon
