#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
constexpr double kParts = 8;
constexpr Reduction kReductions[] = {Reduction::mean, Reduction::sum, Reduction::none};
constexpr const char* kNames[] = {"mean", "sum", "none"};

// Sums of many are as large as their terms.
Bound bound_of(Reduction reduction) { return near(reduction == Reduction::sum ? 2 * kParts : kParts); }

using Loss = std::function<Value(Value, Value, Reduction)>;

void add_pair(CaseTable& table, Op op, double low, double high, const Loss& loss) {
  for (const Reduction reduction : kReductions) {
    const auto add = [&](Shape shape, Types types) {
      table[op].push_back({cat(definition(op).name, " of ", shape, ", ", kNames[static_cast<int>(reduction)]),
                           {of(shape, -2, 2), of(shape, low, high)},
                           answer([=](const Values& x) { return loss(x[0], x[1], reduction); }),
                           bound_of(reduction),
                           types});
    };
    add({3, 4}, Types::all);
    add({1}, Types::one);
    add({0, 3}, Types::one);
    add({}, Types::one);
    add({301, 307}, Types::one);
    table[op].back().large = true;
    table[op].push_back(seen_transposed(table[op].front()));
  }
}

void add_hard(std::vector<Case>& cases, std::string label, Shape logits, CrossEntropy options, Types types,
              DType ids = DType::i64, bool weighted = false) {
  Shape rows = logits;
  rows.erase(rows.begin() + 1);
  const auto classes = static_cast<double>(logits[1]);
  std::vector<Input> inputs{of(logits, -4, 4), integers(rows, 0, classes, ids)};
  if (weighted) inputs.push_back(of({logits[1]}, 0.5, 2));
  cases.push_back({cat("cross_entropy ", label), std::move(inputs), answer([=](const Values& x) mutable {
                     if (weighted) options.class_weights = stop_gradient(x[2]);
                     return cross_entropy(x[0], x[1], options);
                   }),
                   bound_of(options.reduction), types});
  cases.back().smooth = !weighted;
}

void add_soft(std::vector<Case>& cases, std::string label, Shape shape, CrossEntropy options, Types types) {
  cases.push_back({cat("cross_entropy soft ", label),
                   {of(shape, -4, 4), of(shape, 0.1, 0.9)},
                   answer([=](const Values& x) { return cross_entropy(x[0], x[1], options); }),
                   bound_of(options.reduction),
                   types});
}

void add_cross_entropies(std::vector<Case>& cases) {
  for (const Reduction reduction : kReductions) {
    const std::string name = kNames[static_cast<int>(reduction)];
    add_hard(cases, name, {5, 7}, {.reduction = reduction}, Types::all);
    add_hard(cases, cat("smoothed, ", name), {5, 7}, {.smoothing = 0.1, .reduction = reduction}, Types::one);
    add_hard(cases, cat("ignoring, ", name), {5, 7}, {.ignore_index = 0, .reduction = reduction}, Types::one);
    add_hard(cases, cat("weighted, ", name), {5, 7}, {.ignore_index = 3, .reduction = reduction}, Types::one,
             DType::i64, true);
    add_soft(cases, name, {5, 7}, {.reduction = reduction}, Types::one);
  }
  add_soft(cases, "smoothed", {3, 4}, {.smoothing = 0.2}, Types::all);
  add_hard(cases, "of images", {2, 3, 2, 5}, {.smoothing = 0.1, .ignore_index = 1}, Types::one, DType::i32);
  add_hard(cases, "of one row", {1, 3}, {}, Types::one, DType::u8);
  add_hard(cases, "of one class", {4, 1}, {}, Types::one);
  add_hard(cases, "of no rows", {0, 3}, {.reduction = Reduction::none}, Types::one);
  cases.push_back(seen_transposed(cases.front()));
  // Its decomposition counts the classes.
  for (Case& test : cases) test.open = false;
  add_hard(cases, "large", {301, 307}, {}, Types::one);
  cases.back().large = true;
}
}  // namespace

void add_losses(CaseTable& table) {
  add_pair(table, Op::mse_loss, -1, 2, [](Value x, Value t, Reduction r) { return mse_loss(x, t, r); });
  add_pair(table, Op::l1_loss, -1, 2, [](Value x, Value t, Reduction r) { return l1_loss(x, t, r); });
  add_pair(table, Op::huber_loss, -1, 2,
           [](Value x, Value t, Reduction r) { return huber_loss(x, t, 0.4, r); });
  add_pair(table, Op::kl_div, 0.1, 0.9, [](Value x, Value t, Reduction r) { return kl_div(x, t, r); });
  add_pair(table, Op::bce_with_logits, 0.1, 0.9,
           [](Value x, Value t, Reduction r) { return bce_with_logits(x, t, r); });
  add_cross_entropies(table[Op::cross_entropy]);
}

}  // namespace tenon::conformance
