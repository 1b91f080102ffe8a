// What stands only in lowered programs: groups of nodes that run as one, and changes of layout.
#include "ir/types.h"
#include "op/support.h"

namespace tenon {

namespace {
std::vector<Type> fused_type(const TypeContext& context) {
  const Graph& body = *context.bodies[0];
  context.require(body.states().empty() && body.updates().empty(), "its body holds a state");
  context.require(body.inputs().size() == context.inputs.size(), "its body takes ", body.inputs().size(),
                  " inputs");
  for (std::size_t i = 0; i < context.inputs.size(); ++i) {
    const Type& wanted = body.nodes()[body.inputs()[i]].results[0];
    context.require(compatible(wanted, context.inputs[i]), "input ", i, " of its body is ", wanted);
  }
  std::vector<Type> types;
  for (const NamedRef& output : body.outputs()) types.push_back(body.type(output.ref));
  return types;
}

OpDef lowered_row(std::string documentation) {
  OpDef def;
  def.family = "lowered";
  def.documentation = std::move(documentation);
  def.lowered_only = true;
  def.no_gradient = "programs are differentiated before they are lowered";
  return def;
}
}  // namespace

void define_lowered(OpTable& table) {
  OpDef def =
      lowered_row("A group of nodes, its body, that runs as one; `kind` and `in_place` are the backend's.");
  def.min_inputs = 0;
  def.max_inputs = -1;
  def.bodies = 1;
  def.attrs = {{"kind", AttrKind::text}, {"in_place", AttrKind::ints, Ints{}}};
  def.infer = fused_type;
  def.kernel = [](const KernelContext& context) {
    return context.run(*context.node.bodies[0], context.inputs);
  };
  table.define(Op::fused, def);

  def = lowered_row("x in another physical layout, named by a tag of the backend's; the same numbers.");
  def.attrs = {{"layout", AttrKind::text}};
  def.infer = [](const TypeContext& context) { return std::vector<Type>{context.inputs[0]}; };
  def.kernel = [](const KernelContext& context) { return std::vector<Tensor>{context.inputs[0]}; };
  table.define(Op::relayout, def);
}

}  // namespace tenon
