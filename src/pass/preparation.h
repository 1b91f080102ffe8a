// What the passes share that take work on weights out of a program.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

// A program whose states are weights, in two parts: `prepare` computes values from weights alone and keeps
// each in a state of its own (its updates); `main` reads those states, and what is left of the weights.
struct PreparedProgram {
  Graph prepare;
  Graph main;
};

// Which nodes give the same in every run: constants, states that the program does not update, and what is
// computed from these alone.
std::vector<bool> fixed_nodes(const Graph& graph);
bool is_updated(const Graph& graph, const Node& state);

// The name of the state that keeps a value: the same for the same computation on the same weights, so that
// plans for several shapes share it.
std::string name_of_prepared(const Graph& graph, Ref value);

// The part of a program that computes the values; each is kept in the state of its name.
Graph preparation_of(const Graph& graph, std::span<const NamedRef> values);

}  // namespace tenon
