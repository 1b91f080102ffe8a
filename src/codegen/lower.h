// From a fused group to the loop form. The group is a graph of the typed stage (every shape concrete,
// broadcasts explicit, primitives only); the result is a kernel of a few loop nests in which what can be
// computed together is, and what need not be kept is not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codegen/loop.h"
#include "tenon/graph.h"

namespace tenon::codegen {

struct InPlace {  // positions among the body's inputs and outputs
  std::uint32_t input;
  std::uint32_t output;
};

struct LowerOptions {
  std::string name = "kernel";
  int lanes = 16;  // f32 elements in a vector register
  // Outputs that may be the same memory as an input. All of them are made safe: every element is read before
  // it is overwritten, by way of scratch where there is no other; BufferSpec::in_place_of says so.
  std::vector<InPlace> in_place = {};
};

// Whether the generated loops cover a node of the typed stage. Constants of more than one element should be
// inputs of the group.
bool can_lower(const Node& node);

// Buffers: the body's inputs, its outputs, scratch; each in order.
Kernel lower(const Graph& body, const LowerOptions& options = {});

// Of a node of a lowered program, a primitive or a fused one: its inputs, its results, scratch. What the
// latter may overwrite its attributes say; `options.in_place` is not looked at.
Kernel lower_node(const Graph& lowered, const Node& node, LowerOptions options);

}  // namespace tenon::codegen
