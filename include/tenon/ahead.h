// Programs compiled ahead of time, for where there is no room for a library: a plain object file that calls
// nothing, not even an allocator, and the C header that declares its one function.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

struct ObjectOptions {
  // The function is NAME_run. What cannot stand in a C identifier becomes an underscore.
  std::string name = "model";
  // What the code needs of its processor: "sse" (any x86-64), "avx2" (with FMA and F16C), "avx512" (F, BW,
  // CD, DQ, VL), or "native", the best of these that this processor has.
  std::string target = "sse";
};

struct EmittedObject {
  struct Array {
    std::string name;
    Type type;
  };
  std::vector<std::byte> object;  // relocatable ELF for x86-64, position-independent, System V calls
  std::string header;             // C and C++
  std::string function;           // its one symbol
  std::vector<Array> inputs;      // its arguments: these, the outputs, and the scratch where it needs some
  std::vector<Array> outputs;
  std::size_t scratch_bytes = 0;  // that a caller lends each call
  std::size_t constant_bytes = 0;
  std::string target;  // as in ObjectOptions, but never "native"
};

// The program for inputs of these shapes; what is open and not given here is 1. Its states are weights, which
// become constants of the object. Throws an Error that lists all nodes that generated loops do not cover.
EmittedObject emit_object(const Graph& program, const NamedTensors& weights,
                          const std::map<std::string, Shape>& shapes = {}, const ObjectOptions& options = {});

// What it answers, run in this process: for a check. Inputs by their names, outputs in order. Fails where
// this processor has not what the code needs.
NamedTensors run_object(const EmittedObject& object, const NamedTensors& inputs);

}  // namespace tenon
