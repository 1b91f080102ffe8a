// Reverse mode. Nodes are walked from the last to the first; each hands the gradients of its results, through
// its row's rule, to its inputs, where those that arrive on several ways are added.
//
//   %1 = mul(%x, %w)   %loss = reduce_sum(%1)
//   →  %3 = expand_like(1, %1)   %4 = mul(%3, %w)   (gradient of x)   %5 = mul(%3, %x)   (gradient of w)
//
// A composite without a rule is written out next to itself, and the gradient goes through what was written;
// common subexpressions are merged later. The walk must not touch what does not lead to `wrt`: its rules may
// have none.
#include "tenon/gradient.h"

#include <map>

#include "ir/inline.h"
#include "tenon/op.h"

namespace tenon {

namespace {
Graph differentiate(const Graph& body);

class Reverse {
 public:
  Reverse(Graph& graph, std::span<const Value> wrt) : graph_(graph), leads_(graph.nodes().size(), false) {
    for (const Value& value : wrt) leads_[value.ref().node] = true;
    mark(0, graph.nodes().size());
  }

  void arrive(Ref at, Value grad) {
    if (!grad.defined()) return;
    Value& held = grads_[at];
    held = held.defined() ? graph_.emit1(Op::add, {held, grad}) : grad;
  }

  Value arrived(Ref at) const {
    const auto found = grads_.find(at);
    return found == grads_.end() ? Value() : found->second;
  }

  void walk(std::size_t begin, std::size_t end) {
    for (std::size_t id = end; id-- > begin;)
      if (leads_[id]) visit(static_cast<std::uint32_t>(id));
  }

 private:
  // A node leads to `wrt` when an input of it does.
  void mark(std::size_t begin, std::size_t end) {
    leads_.resize(end, false);
    for (std::size_t id = begin; id < end; ++id)
      for (const Ref input : graph_.nodes()[id].inputs)
        if (leads_[input.node]) leads_[id] = true;
  }

  void visit(std::uint32_t id) {
    const Node node = graph_.nodes()[id];  // a copy: rules append to the graph
    std::vector<Value> results;
    std::vector<Value> grads;
    bool any = false;
    for (std::uint32_t i = 0; i < node.results.size(); ++i) {
      results.push_back(graph_.value({id, i}));
      grads.push_back(arrived({id, i}));
      any |= grads.back().defined();
    }
    bool inputs_lead = false;
    for (const Ref input : node.inputs) inputs_lead |= leads_[input.node];
    if (!any || !inputs_lead || node.op == Op::stop_gradient) return;
    graph_.set_label(node.label);
    apply_rule(node, std::move(results), std::move(grads));
  }

  void apply_rule(const Node& node, std::vector<Value> results, std::vector<Value> grads) {
    const OpDef& def = definition(node.op);
    std::vector<Value> inputs;
    for (const Ref input : node.inputs) inputs.push_back(graph_.value(input));
    if (def.gradient) {
      const auto input_grads =
          def.gradient({graph_, node, inputs, std::move(results), std::move(grads), differentiate});
      for (std::size_t i = 0; i < input_grads.size(); ++i)
        if (leads_[node.inputs[i].node]) arrive(node.inputs[i], input_grads[i]);
      return;
    }
    require(static_cast<bool>(def.decompose), tenon::describe(node),
            ": a gradient was asked for, but this op has none: ", def.no_gradient,
            ". Put stop_gradient around it if none is meant to flow");
    const std::size_t begin = graph_.nodes().size();
    const std::vector<Value> written = def.decompose({graph_, node, inputs});
    const std::size_t end = graph_.nodes().size();
    mark(begin, end);
    for (std::size_t i = 0; i < written.size(); ++i) arrive(written[i].ref(), grads[i]);
    walk(begin, end);
  }

  Graph& graph_;
  std::vector<bool> leads_;
  std::map<Ref, Value> grads_;
};

Value filled_like(Value like, double number) {
  Graph& graph = like.graph();
  const Value one = graph.constant(Tensor::full(like.dtype(), {}, number));
  return graph.emit1(Op::expand_like, {one, like});
}

// As GradContext has it.
Graph differentiate(const Graph& body) {
  Graph graph(body.name() + "_gradient");
  std::vector<Value> inputs;
  for (const std::uint32_t id : body.inputs()) {
    const Node& input = body.nodes()[id];
    inputs.push_back(graph.input(name_of(input), input.results[0]));
  }
  std::vector<Value> outputs;
  std::vector<Value> grads;
  for (const Value& output : inline_graph(graph, body, inputs)) {
    if (!is_float(output.dtype())) continue;
    outputs.push_back(output);
    grads.push_back(graph.input(cat("gradient of output ", grads.size()), output.type()));
  }
  std::erase_if(inputs, [](const Value& input) { return !is_float(input.dtype()); });
  const std::vector<Value> results = pull_back(outputs, grads, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    graph.output(cat("gradient of input ", i), results[i].defined() ? results[i] : filled_like(inputs[i], 0));
  return graph;
}
}  // namespace

std::vector<Value> pull_back(std::span<const Value> outputs, std::span<const Value> output_grads,
                             std::span<const Value> wrt) {
  if (outputs.empty()) return std::vector<Value>(wrt.size());
  Graph& graph = outputs[0].graph();
  const std::string label = graph.label();
  const std::size_t end = graph.nodes().size();
  Reverse reverse(graph, wrt);
  for (std::size_t i = 0; i < outputs.size(); ++i) reverse.arrive(outputs[i].ref(), output_grads[i]);
  reverse.walk(0, end);
  graph.set_label(label);
  std::vector<Value> grads;
  for (const Value& value : wrt) grads.push_back(reverse.arrived(value.ref()));
  return grads;
}

std::vector<Value> gradient(std::span<const Value> losses, std::span<const Value> wrt) {
  std::vector<Value> seeds;
  for (const Value& loss : losses) {
    require(is_float(loss.dtype()) && loss.type().ranked && loss.rank() == 0,
            "a loss must be a float scalar, not ", loss.type(), ": reduce it with reduce_mean or reduce_sum");
    seeds.push_back(filled_like(loss, 1));
  }
  for (const Value& value : wrt)
    require(is_float(value.dtype()), "there is no gradient with respect to ", value.type());
  std::vector<Value> grads = pull_back(losses, seeds, wrt);
  for (std::size_t i = 0; i < grads.size(); ++i)
    if (!grads[i].defined()) grads[i] = filled_like(wrt[i], 0);
  return grads;
}

}  // namespace tenon
