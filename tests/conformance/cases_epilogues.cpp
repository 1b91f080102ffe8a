// Contractions with what a library may do in the same call, where that meets NaN, infinities and zeros.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
// After the contraction and its bias; a third input is as large as the result.
struct Epilogue {
  const char* label;
  Value (*follow)(Value sum, Value other);
  Bound bound = sum(4);
};

const std::vector<Epilogue> kEpilogues = {
    {"relu", [](Value y, Value) { return relu(y); }},
    {"a sum and relu", [](Value y, Value other) { return relu(y + other); }},
    {"a multiple", [](Value y, Value) { return y * 0.25; }},
    {"the larger", [](Value y, Value other) { return maximum(y, other); }},
    {"the smaller", [](Value y, Value other) { return minimum(y, other); }, near(32)},
    {"abs", [](Value y, Value) { return abs(y); }},
    {"tanh", [](Value y, Value) { return tanh(y); }, near(32)},
    {"exp", [](Value y, Value) { return exp(y); }, near(32)},
};

std::vector<Case> with_epilogues(std::string label, std::vector<Input> inputs,
                                 std::function<Value(const Values&)> contraction) {
  std::vector<Case> cases;
  for (const Epilogue& epilogue : kEpilogues) {
    cases.push_back({cat(label, " and ", epilogue.label), inputs,
                     answer([contraction, follow = epilogue.follow](const Values& x) {
                       return follow(contraction(x), x.back());
                     }),
                     epilogue.bound, Types::one});
    cases.back().smooth = false;
  }
  return cases;
}

void append(std::vector<Case>& cases, const std::vector<Case>& more) {
  cases.insert(cases.end(), more.begin(), more.end());
}
}  // namespace

void add_epilogues(CaseTable& table) {
  const auto specials = [](Shape shape) { return with(Among::specials, std::move(shape)); };
  append(table[Op::matmul],
         with_epilogues("matmul, a bias",
                        {of({37, 19}, -0.5, 0.5), of({19, 35}), specials({35}), specials({37, 35})},
                        [](const Values& x) { return matmul(x[0], x[1]) + x[2]; }));
  append(table[Op::matmul],
         with_epilogues("matmul by a transposed",
                        {of({48, 40}, -0.5, 0.5), of({64, 40}, -1, 1), specials({64}), specials({48, 64})},
                        [](const Values& x) { return matmul(x[0], x[1], {.transpose_b = true}) + x[2]; }));
  append(table[Op::conv], with_epilogues("conv, a bias",
                                         {of({2, 3, 7, 6}), of({18, 3, 3, 3}, -0.5, 0.5),
                                          specials({18, 1, 1}), specials({2, 18, 5, 4})},
                                         [](const Values& x) { return conv(x[0], x[1]) + x[2]; }));
  // A bias of one channel is a number that is repeated, and reshaped in the group.
  append(
      table[Op::conv],
      with_epilogues("conv to one channel",
                     {of({2, 3, 7, 6}), of({1, 3, 3, 3}, -0.5, 0.5), specials({1}), specials({2, 1, 5, 4})},
                     [](const Values& x) { return conv(x[0], x[1]) + reshape(x[2], Ints{-1, 1, 1}); }));
}

}  // namespace tenon::conformance
