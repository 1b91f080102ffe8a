// A contraction of a lowered program, alone or in a group, read as parts: what it multiplies, from before
// that was unpacked or unblocked, and what it takes along.
#pragma once

#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

bool is_convolution(const Node& node);
bool is_root(const Node& node);  // of a group
bool is_contraction(const Node& node);

ChainKind chain_kind(const Node& root, std::int64_t block);
// The last that a contraction takes along: its sums, wider than its operands, are rounded to their type.
bool rounds_result(const Graph& graph, const Node& root, Ref chain, const Node& consumer);

// The root alone.
Parts read_root(const Graph& body, std::uint32_t root);

struct Reading {
  Reading(const Graph& lowered, const Node& node);

  const Graph own;
  const Graph& body;
  std::optional<Parts> parts;  // none where it is not understood
};

// The place of an inner input among the node's inputs.
std::uint32_t position_of(const Graph& body, Ref ref);

}  // namespace tenon::cpu
