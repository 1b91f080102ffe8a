// The values inside a program, by name.
#pragma once

#include "tenon/engine.h"

namespace tenon::engine {

// Each value that is computed, in order. It has the name of the place in the model that it was written at,
// the last one written there: what an ONNX node gives. A value without such a name has its op's and its
// number.
std::vector<NamedRef> tappable(const Graph& program);

// Of any value, as it is called there, or would be if another of its node's were not the last.
std::string name_of_value(const Graph& program, Ref value);
// The node that gives the value of this name; fails where there is none.
const Node& node_of(const Graph& program, std::string_view value);
// Those that are named; an output of the program may be named as well.
std::vector<NamedRef> find_values(const Graph& program, const std::vector<std::string>& names);

// The program with these values as outputs behind its own.
Graph with_outputs(const Graph& program, const std::vector<NamedRef>& values);

}  // namespace tenon::engine
