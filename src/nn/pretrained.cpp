#include <algorithm>

#include "tenon/nn.h"
#include "tenon/op.h"

namespace tenon::nn {

namespace {
bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t skipped = 0; skipped <= name.size(); ++skipped)
    if (matches(pattern, name.substr(skipped))) return true;
  return false;
}

bool is_random_key(const Node& node) { return node.op == Op::input && name_of(node) == kRandomKeyInput; }

// Which nodes depend on what the model is given, and which on its weights and constants alone.
std::vector<bool> depends_on_input(const Graph& program) {
  std::vector<bool> depends;
  for (const Node& node : program.nodes())
    depends.push_back((node.op == Op::input && !is_random_key(node)) ||
                      std::ranges::any_of(node.inputs, [&](Ref input) { return depends[input.node]; }));
  return depends;
}

bool is_linear(const Node& node, const std::vector<bool>& depends) {
  const bool multiplies = node.op == Op::linear || node.op == Op::matmul;
  return multiplies && depends[node.inputs[0].node] && !depends[node.inputs[1].node];
}

// What the last linear layer reads: from the output back along the one way that leads to the input.
Ref features_of(const Graph& program) {
  const std::vector<bool> depends = depends_on_input(program);
  Ref at = program.outputs().at(0).ref;
  while (!is_linear(program.node(at), depends)) {
    const Node& node = program.node(at);
    const auto is_on_way = [&](Ref input) { return depends[input.node]; };
    require(std::ranges::count_if(node.inputs, is_on_way) == 1 && node.op != Op::conv,
            "the model has no linear layer at its end that a new head could take the place of: at ",
            describe(node), " it is something else");
    at = *std::ranges::find_if(node.inputs, is_on_way);
  }
  return program.node(at).inputs[0];
}

std::vector<bool> needed_for(const Graph& program, Ref value) {
  std::vector<bool> needed(program.nodes().size());
  needed[value.node] = true;
  for (std::size_t id = needed.size(); id-- > 0;)
    if (needed[id])
      for (const Ref input : program.nodes()[id].inputs) needed[input.node] = true;
  return needed;
}

class Transplant {
 public:
  Transplant(const Pretrained& from, Context& context)
      : from_(from), program_(*from.program), context_(context) {
    const auto count = std::ranges::count_if(
        program_.inputs(), [&](std::uint32_t id) { return !is_random_key(program_.nodes()[id]); });
    require(count == 1, "a pretrained model as a layer has one input, not ", count);
    for (const Node& node : program_.nodes())
      if (node.op == Op::batch_norm)
        for (std::size_t i : {3u, 4u}) statistics_.push_back(node.inputs[i]);
  }

  Value write(Ref wanted, Value x) {
    const std::vector<bool> needed = needed_for(program_, wanted);
    for (std::uint32_t id = 0; id < needed.size(); ++id) {
      results_.emplace_back();
      if (needed[id]) results_.back() = write_node(id, x);
    }
    return results_[wanted.node].at(wanted.result);
  }

 private:
  std::vector<Value> write_node(std::uint32_t id, Value x) {
    const Node& node = program_.nodes()[id];
    if (is_random_key(node)) return {random_key()};
    if (node.op == Op::input) return {x};
    if (node.op == Op::state) return {weight(id)};
    if (node.op == Op::constant) return {context_.graph().constant(node.attrs.tensor("value"))};
    std::vector<Value> inputs;
    for (const Ref input : node.inputs) inputs.push_back(results_[input.node].at(input.result));
    context_.graph().set_label(context_.full_name(node.label));
    if (node.op == Op::batch_norm && trains(node)) return {batch_norm_in_training(node, inputs)};
    return context_.graph().emit(node.op, inputs, attributes(node), node.bodies);
  }

  // What a model draws that is not training is the same every time.
  Value random_key() {
    return context_.training() ? context_.key()
                               : context_.graph().constant(Tensor::of<std::uint64_t>({2}, {0, 0}));
  }

  // A random node has a stream among those of all layers.
  Attrs attributes(const Node& node) {
    Attrs attrs = node.attrs;
    if (definition(node.op).random) attrs.set("stream", context_.stream());
    return attrs;
  }

  Value weight(std::uint32_t id) {
    const Node& node = program_.nodes()[id];
    const std::string& name = name_of(node);
    const Tensor* const tensor = find(from_.weights, name);
    require(tensor != nullptr, "the pretrained model has no weight '", name, "'");
    const auto init = [value = *tensor](const InitRequest&) { return value.clone(); };
    const bool is_statistic = std::ranges::find(statistics_, Ref{id}) != statistics_.end();
    if (is_statistic || is_frozen(name) || !is_float(tensor->dtype()))
      return context_.statistic(name, tensor->shape(), init, tensor->dtype());
    return context_.parameter(name, tensor->shape(), init, tensor->dtype());
  }

  bool is_frozen(const std::string& name) const {
    return std::ranges::any_of(from_.frozen,
                               [&](const std::string& pattern) { return matches(pattern, name); });
  }

  const std::string* state_name(Ref ref) const {
    const Node& node = program_.node(ref);
    return node.op == Op::state ? &name_of(node) : nullptr;
  }

  // A norm whose scale is frozen stays as it is, and so does one whose statistics are no weights.
  bool trains(const Node& node) const {
    const std::string* const scale = state_name(node.inputs[1]);
    const bool has_statistics = state_name(node.inputs[3]) && state_name(node.inputs[4]);
    return context_.training() && has_statistics && !(scale && is_frozen(*scale));
  }

  Value batch_norm_in_training(const Node& node, const std::vector<Value>& inputs) {
    const BatchNormTrain now =
        batch_norm_train(inputs[0], inputs[1], inputs[2], node.attrs.number("epsilon"));
    const auto move = [&](std::size_t input, Value to) {
      const double share = from_.momentum;
      context_.update(*state_name(node.inputs[input]), (1 - share) * inputs[input] + share * to);
    };
    move(3, now.mean);
    move(4, now.variance);
    return now.y;
  }

  const Pretrained& from_;
  const Graph& program_;
  Context& context_;
  std::vector<Ref> statistics_;
  std::vector<std::vector<Value>> results_;
};
}  // namespace

Value Pretrained::operator()(Context& context, Value x) const {
  require(program != nullptr, "a pretrained layer has no program");
  for (const std::string& pattern : frozen)
    require(std::ranges::any_of(weights, [&](const auto& weight) { return matches(pattern, weight.first); }),
            "no weight of the pretrained model is named '", pattern, "', which is to be frozen");
  Transplant transplant(*this, context);
  if (head == 0) return transplant.write(program->outputs().at(0).ref, x);
  const Value features = transplant.write(features_of(*program), x);
  return context.call("head", Linear(head), features);
}

}  // namespace tenon::nn
