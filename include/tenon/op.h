// The row of the op table: all that the program knows of an op. Users add ops of their own with
// `register_op`.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

struct OpDef;

enum class AttrKind {
  integer,
  number,
  flag,
  text,
  dtype,
  ints,
  numbers,
  tensor
};  // as AttrValue's alternatives

struct AttrSpec {
  std::string name;
  AttrKind kind;
  std::optional<AttrValue> fallback = {};  // none: the attribute must be given, unless it is optional
  bool optional = false;                   // may be absent, and the op asks with `find`
};

// What a type rule sees.
struct TypeContext {
  const OpDef& def;
  const Attrs& attrs;
  std::span<const Type> inputs;
  std::span<const std::shared_ptr<const Graph>> bodies;
  std::span<const Tensor> values;  // of the inputs that are constants; the others are not `defined()`
  std::string_view label;

  // Throws an Error that names the op, its label and the types of its inputs.
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    fail_with(cat(parts...));
  }
  template <class... Parts>
  void require(bool holds, const Parts&... parts) const {
    if (!holds) fail_with(cat(parts...));
  }

 private:
  [[noreturn]] void fail_with(const std::string& message) const;
};

// What a reference kernel sees: every type is concrete.
struct KernelContext {
  const Node& node;
  std::span<const Tensor> inputs;
  std::span<const Type> results;
  // Runs a body of the node with the reference kernels.
  std::function<std::vector<Tensor>(const Graph& body, std::span<const Tensor> inputs)> run;
};

// What a gradient rule sees. It writes ordinary ops into the graph of these values.
struct GradContext {
  Graph& graph;
  const Node& node;
  std::vector<Value> inputs;
  std::vector<Value> results;
  std::vector<Value> grads;  // of the results; undefined where nothing depends on one
  // The gradient of a body of the node: a program that takes the body's inputs and then a gradient for each
  // of its outputs of a float type, and returns one for each of its inputs of a float type.
  std::function<Graph(const Graph& body)> differentiate;
};

struct DecomposeContext {
  Graph& graph;
  const Node& node;
  std::vector<Value> inputs;
};

using TypeRule = std::function<std::vector<Type>(const TypeContext&)>;
using Kernel = std::function<std::vector<Tensor>(const KernelContext&)>;
using Gradient = std::function<std::vector<Value>(const GradContext&)>;  // one an input; undefined: none
using Decomposition = std::function<std::vector<Value>(const DecomposeContext&)>;

struct OpDef {
  std::string name;
  std::string family;         // the file it stands in: "element-wise", "reduction", …
  std::string documentation;  // one line
  int min_inputs = 1;
  int max_inputs = 1;  // -1: any number
  int bodies = 0;
  std::vector<AttrSpec> attrs;
  bool elementwise =
      false;             // broadcasts its inputs; each element of the result depends on theirs at its place
  bool random = false;   // never merged with another, never folded
  bool effects = false;  // never removed, merged or reordered
  bool source_only = false;   // stands only in source programs: it asks for a shape
  bool lowered_only = false;  // stands only in lowered programs
  // The shapes of its results depend on the elements of its inputs, so it stands only in source programs: the
  // host runs its kernel, and what reads it is planned after that.
  bool dynamic = false;
  // The input, where the op takes one and it is given, that only says the shape of the first result by being
  // alike. It stands only in source programs; others have the attribute `shape`.
  int shape_input = -1;
  // Attributes that inputs behind the others may give instead, in source programs: i64, a vector for `ints`
  // and one number for an `integer`. All are given so, or none, and no such input is counted in
  // `max_inputs`. Where their values are constants a node has the attributes; `infer` sees nothing else.
  std::vector<std::string> operands;
  TypeRule infer;
  TypeRule infer_open;  // of an op with operands: what is known before their values are
  Kernel kernel;
  Gradient gradient;  // absent: differentiate the decomposition, or else `no_gradient` says why not
  std::string no_gradient;
  Decomposition decompose;  // a composite has one
};

const OpDef& definition(Op op);
std::optional<Op> find_op(std::string_view name);
std::vector<Op> all_ops();
// Adds an op; throws where the name is taken or the row is incomplete. Thread-safe against itself.
Op register_op(OpDef definition);

}  // namespace tenon
