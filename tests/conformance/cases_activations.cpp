// Activations and the layers: composites, which a backend may run whole or in parts, rounding between them.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
constexpr double kParts = 4;

void add_elementwise_ones(CaseTable& table, Op op, std::string label, Attrs attrs, double reach = 3) {
  const auto on = [&](std::string what, Shape shape, Among among, Types types) {
    Case test{cat(label, " ", what),
              {{std::move(shape), -reach, reach, among}},
              emitted(op, attrs),
              near(kParts),
              types};
    return test;
  };
  std::vector<Case>& cases = table[op];
  cases.push_back(on("odd", {37}, Among::specials, Types::all));
  cases.push_back(seen_transposed(on("matrix", {5, 7}, Among::nothing, Types::some)));
  cases.push_back(on("nothing", {0}, Among::nothing, Types::some));
  cases.push_back(on("scalar", {}, Among::nothing, Types::some));
  cases.push_back(on("large", {3, 30011}, Among::specials, Types::one));
  cases.back().large = true;
}

void add_softmaxes(CaseTable& table, Op op) {
  const auto add = [&](Shape shape, std::int64_t axis, Types types = Types::all) {
    table[op].push_back({cat(definition(op).name, " of ", shape, " along ", axis),
                         {of(shape, -5, 5)},
                         emitted(op, {{"axis", axis}}),
                         near(kParts),
                         types});
  };
  add({5, 17}, -1);
  add({5, 17}, 0);
  add({3, 4, 5}, 1, Types::one);
  add({1, 1}, 1, Types::one);
  add({1}, 0, Types::one);
  add({4, 1}, 1, Types::one);
  add({0, 3}, 1, Types::one);
  add({3, 0}, 1, Types::one);
  add({2, 1, 3, 1, 2, 5}, 2, Types::one);
  table[op].push_back({cat(definition(op).name, " of specials"),
                       {with(Among::specials, {67, 3})},
                       emitted(op, {{"axis", std::int64_t{1}}}),
                       near(kParts)});
  table[op].push_back(seen_transposed(table[op][2]));
  add({301, 307}, 1, Types::one);
  table[op].back().large = true;
  add({301, 307}, 0, Types::one);
  table[op].back().large = true;
}

void add_attention(CaseTable& table) {
  const auto add = [&](std::string label, std::vector<Input> inputs, Types types = Types::one) {
    // A score is a sum of products, and the weights grow with it.
    table[Op::attention].push_back({cat("attention ", label), std::move(inputs),
                                    emitted(Op::attention, {{"scale", 0.25}}), near(64), types});
  };
  add("of matrices", {of({5, 8}), of({7, 8}), of({7, 3})}, Types::all);
  add("of heads", {of({2, 3, 4, 8}), of({2, 3, 6, 8}), of({2, 3, 6, 5})});
  add("with a mask of keys", {of({2, 4, 8}), of({2, 6, 8}), of({2, 6, 5}), of({2, 1, 6})});
  add("with a bias for all", {of({2, 4, 8}), of({2, 4, 8}), of({2, 4, 8}), of({4, 4})});
  add("of one query", {of({1, 8}), of({7, 8}), of({7, 8})});
  add("of no queries", {of({0, 8}), of({7, 8}), of({7, 8})});
  add("large", {of({3, 61, 32}), of({3, 67, 32}), of({3, 67, 16})});
  table[Op::attention].back().large = true;
}

void add_layers(CaseTable& table) {
  const auto layer = [&](std::string label, std::vector<Input> inputs, Types types = Types::all) {
    table[Op::linear].push_back(
        {cat("linear ", label), std::move(inputs), emitted(Op::linear), sum(4), types});
  };
  layer("with a bias", {of({5, 17}), of({17, 9}), of({9})});
  layer("without one", {of({5, 17}), of({17, 9})});
  layer("of a row", {of({1, 6}), of({6, 5}), of({5})}, Types::one);
  layer("of images", {of({2, 3, 4}), of({4, 2}), of({2})}, Types::one);
  layer("of nothing", {of({0, 4}), of({4, 2}), of({2})}, Types::one);
  layer("to one", {of({4, 3}), of({3, 1}), of({1})}, Types::one);
  table[Op::linear].push_back(seen_transposed(table[Op::linear][0]));
  layer("large", {of({131, 73}), of({73, 97}), of({97})}, Types::one);
  table[Op::linear].back().large = true;

  const auto look_up = [&](Shape ids, DType dtype) {
    table[Op::embedding].push_back({cat("embedding ", ids, " of ", dtype),
                                    {integers(ids, 0, 7, dtype), of({7, 5})},
                                    emitted(Op::embedding)});
  };
  look_up({11}, DType::i64);
  look_up({2, 3}, DType::i32);
  look_up({}, DType::u8);
  look_up({0}, DType::i64);
}
}  // namespace

void add_activations(CaseTable& table) {
  add_elementwise_ones(table, Op::relu, "relu", {});
  add_elementwise_ones(table, Op::clamp, "clamp", {{"min", -1.0}, {"max", 0.5}});
  add_elementwise_ones(table, Op::clamp, "clamp above", {{"max", 0.5}});
  add_elementwise_ones(table, Op::leaky_relu, "leaky_relu", {{"alpha", 0.1}});
  add_elementwise_ones(table, Op::elu, "elu", {{"alpha", 1.5}});
  add_elementwise_ones(table, Op::gelu, "gelu", {});
  add_elementwise_ones(table, Op::gelu, "gelu by tanh", {{"tanh", true}});
  add_elementwise_ones(table, Op::silu, "silu", {});
  add_elementwise_ones(table, Op::sigmoid, "sigmoid", {});
  add_elementwise_ones(table, Op::softplus, "softplus", {});
  add_elementwise_ones(table, Op::hard_sigmoid, "hard_sigmoid", {}, 5);
  add_elementwise_ones(table, Op::hard_swish, "hard_swish", {}, 5);
  add_softmaxes(table, Op::softmax);
  add_softmaxes(table, Op::log_softmax);
  add_layers(table);
  add_attention(table);
}

}  // namespace tenon::conformance
