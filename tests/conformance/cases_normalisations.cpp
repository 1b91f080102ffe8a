#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
// Every intermediate is rounded where a norm is run in parts.
constexpr double kParts = 16;

void add(CaseTable& table, Op op, std::string label, std::vector<Input> inputs, Attrs attrs = {},
         Types types = Types::one) {
  table[op].push_back({cat(definition(op).name, " ", label), std::move(inputs), emitted(op, std::move(attrs)),
                       near(kParts), types});
}

Input positive(Shape shape) { return of(std::move(shape), 0.5, 2); }

void add_over_last_axes(CaseTable& table, Op op, bool bias) {
  const auto inputs = [bias](Shape x, Shape along) {
    std::vector<Input> list{of(std::move(x)), positive(along)};
    if (bias) list.push_back(of(along));
    return list;
  };
  add(table, op, "of rows", inputs({5, 17}, {17}), {}, Types::all);
  add(table, op, "bare", {of({2, 4, 3})}, {{"axis", std::int64_t{1}}});
  add(table, op, "over two axes", inputs({2, 4, 3}, {4, 3}), {{"axis", std::int64_t{-2}}});
  add(table, op, "of one row", inputs({1, 35}, {35}));
  add(table, op, "of no rows", inputs({0, 6}, {6}));
  add(table, op, "large", inputs({301, 307}, {307}));
  table[op].back().large = true;
  table[op].push_back(seen_transposed(table[op][0]));
}

void add_over_channels(CaseTable& table, Op op, std::vector<Input> vectors, Attrs attrs = {}) {
  const auto inputs = [&](Shape x) {
    std::vector<Input> list{of(std::move(x), -2, 3)};
    list.insert(list.end(), vectors.begin(), vectors.end());
    return list;
  };
  add(table, op, "of images", inputs({3, 4, 2, 5}), attrs, Types::all);
  add(table, op, "of lines", inputs({2, 4, 7}), attrs);
  add(table, op, "of vectors", inputs({5, 4}), attrs);
  add(table, op, "of one image", inputs({1, 4, 1, 3}), attrs);
  add(table, op, "of large images", inputs({7, 4, 61, 57}), attrs);
  table[op].back().large = true;
}
}  // namespace

void add_normalisations(CaseTable& table) {
  add_over_last_axes(table, Op::layer_norm, true);
  add_over_last_axes(table, Op::rms_norm, false);
  add_over_channels(table, Op::group_norm, {positive({4}), of({4})}, {{"groups", std::int64_t{2}}});
  add(table, Op::group_norm, "bare", {of({3, 6, 2})}, {{"groups", std::int64_t{3}}});
  add_over_channels(table, Op::batch_norm, {positive({4}), of({4}), of({4}), positive({4})});
  add_over_channels(table, Op::batch_norm_train, {positive({4}), of({4})});
  table[Op::batch_norm_train].push_back({"batch_norm_train, its moments",
                                         {of({2, 4, 3}), positive({4}), of({4})},
                                         [](Graph&, const Values& x) {
                                           const auto [y, mean, variance] =
                                               batch_norm_train(x[0], x[1], x[2]);
                                           return Values{mean, variance};
                                         },
                                         near(kParts),
                                         Types::one});
}

}  // namespace tenon::conformance
