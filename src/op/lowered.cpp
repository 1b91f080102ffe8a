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

std::vector<Type> relayout_type(const TypeContext& context) {
  Type type = context.inputs[0];
  if (context.attrs.find("dtype")) type.dtype = context.attrs.dtype("dtype");
  if (context.attrs.find("shape")) type = Type::of(type.dtype, context.attrs.ints("shape"));
  return {type};
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

  def = lowered_row(
      "x in another physical layout, named by a tag of the backend's; the same numbers. Of another type, "
      "`dtype` and `shape`, where what is read or written are bytes for the backend alone.");
  def.attrs = {
      {"layout", AttrKind::text}, {"dtype", AttrKind::dtype, {}, true}, {"shape", AttrKind::ints, {}, true}};
  def.infer = relayout_type;
  def.kernel = [](const KernelContext& context) {
    require(Type::of(context.inputs[0]) == context.results[0],
            "a relayout to or from bytes is done by the backend that asked for it");
    return std::vector<Tensor>{context.inputs[0]};
  };
  table.define(Op::relayout, def);
}

}  // namespace tenon
