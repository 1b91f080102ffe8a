// The leaves of a program. They are written by Graph::input, state and constant, never by emit.
#include "op/support.h"

namespace tenon {

namespace {
std::vector<Type> not_emitted(const TypeContext& context) {
  context.fail("a leaf is written by Graph::", context.def.name, "()");
}

OpDef leaf(std::string documentation, AttrSpec attr) {
  OpDef def;
  def.family = "leaf";
  def.documentation = std::move(documentation);
  def.min_inputs = def.max_inputs = 0;
  def.attrs = {std::move(attr)};
  def.infer = not_emitted;
  def.no_gradient = "it has no inputs";
  return def;
}
}  // namespace

void define_leaves(OpTable& table) {
  table.define(Op::input, leaf("A tensor that the caller hands over at each run.", {"name", AttrKind::text}));
  table.define(Op::state, leaf("What a named slot holds at the start of the run.", {"name", AttrKind::text}));
  table.define(Op::constant, leaf("A tensor that is part of the program.", {"value", AttrKind::tensor}));
}

}  // namespace tenon
