#include "codegen/lower_tree.h"

namespace tenon::codegen {

bool is_within(const LoopNode* node, const LoopNode* ancestor) {
  for (; node; node = node->parent)
    if (node == ancestor) return true;
  return false;
}

LoopNode* nest_of(LoopNode* node) {
  while (node->parent->parent) node = node->parent;
  return node;
}

LoopNode* reading_place(const Placement& placement) {
  LoopNode* node = placement.home;
  for (const Bound& bound : placement.loops)
    if (is_within(bound.node, node)) node = bound.node;
  return node;
}

}  // namespace tenon::codegen
