// The loops of a kernel as a tree: each stage stands in it, and stages that can go through the same
// iterations share them.
#pragma once

#include <memory>
#include <vector>

#include "codegen/lower_stage.h"

namespace tenon::codegen {

struct LoopNode;

enum class ItemKind : std::uint8_t { loop, reset, accumulate, finish };

struct Item {
  ItemKind kind;
  StageId stage = kNoStage;  // all but a loop
  std::unique_ptr<LoopNode> loop = {};
};

struct LoopNode {
  LoopNode* parent = nullptr;
  std::int64_t extent = 1;
  bool vector = false;
  bool reduced = false;  // some fold goes round here
  std::vector<Item> items = {};
  LoopKind kind = LoopKind::serial;  // set by the schedule, as is the unroll
  int unroll = 1;
};

// A loop of a stage: its variable is (the node's variable / inner) % extent.
struct Bound {
  LoopNode* node = nullptr;
  std::int64_t inner = 1;
};

struct Placement {
  LoopNode* home = nullptr;      // where the element is finished
  std::vector<Bound> loops;      // of the stage
  bool tile = false;             // a fold whose vector lanes are elements of its own: a tile of registers
  LoopNode* tile_top = nullptr;  // the outermost loop that the tile is made of
};

// What must be done before a stage: the computation of what it reads, the reading of what it overwrites.
struct Dependency {
  StageId on;
  // Which element of `on` is read, in the stage's variables; or which element of the overwritten input `on`
  // reads, in its own. In the second case, where it is empty: any.
  Position at;
  bool overwrites;
};

struct Tree {
  std::unique_ptr<LoopNode> root;                // no loop: its items are the nests
  std::vector<Placement> placements;             // by stage
  std::vector<std::vector<Dependency>> depends;  // by stage
};

bool is_within(const LoopNode* node, const LoopNode* ancestor);  // the ancestor itself included
// Where a stage reads: the innermost loop around its expression.
LoopNode* reading_place(const Placement& placement);
LoopNode* nest_of(LoopNode* node);

// Loop fusion: puts the stages into a tree, in the given order.
Tree fuse(const Stages& stages, const std::vector<StageId>& order,
          std::vector<std::vector<Dependency>> depends, Positions& positions, int lanes);

}  // namespace tenon::codegen
