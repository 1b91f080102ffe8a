#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
struct Reduced {
  const char* label;
  Shape shape;
  Ints axes;
  bool keep = false;
  Types types = Types::some;
};

const std::vector<Reduced> kShapes = {
    {"rows", {5, 17}, {1}, false, Types::all},
    {"columns", {5, 17}, {0}, true, Types::all},
    {"everything", {4, 3, 5}, {}},
    {"everything, kept", {4, 3, 5}, {}, true},
    {"a scalar", {}, {}},
    {"single", {1, 1}, {0}},
    {"one long row", {1, 1027}, {-1}},
    {"the outer two", {3, 4, 5}, {0, 1}},
    {"the outer and the inner", {3, 4, 5}, {-1, 0}, true},
    {"high rank", {2, 1, 3, 1, 2, 5}, {1, 2, 5}},
    {"many columns", {3, 131}, {0}},
};
const std::vector<Reduced> kEmptyShapes = {
    {"nothing", {0}, {}},
    {"nothing in rows", {3, 0}, {1}, true},
    {"no rows", {0, 3}, {1}},
};
const std::vector<Reduced> kLargeShapes = {
    {"large rows", {301, 307}, {1}, false, Types::one},
    {"large columns", {301, 307}, {0}, false, Types::one},
    {"large", {3, 30011}, {}, false, Types::one},
};

struct Row {
  Op op;
  Bound bound;
  double low, high;
};

Case reduction(const Row& row, const Reduced& reduced, Among among = Among::nothing) {
  Case test{cat(definition(row.op).name, " over ", reduced.label),
            {{reduced.shape, row.low, row.high, among}},
            {},
            row.bound,
            reduced.types};
  const bool one_axis = row.op == Op::arg_max || row.op == Op::arg_min;
  test.write = one_axis ? emitted(row.op, {{"axis", reduced.axes.at(0)}, {"keep", reduced.keep}})
                        : emitted(row.op, {{"axes", reduced.axes}, {"keep", reduced.keep}});
  return test;
}

void add(CaseTable& table, const Row& row) {
  const bool one_axis = row.op == Op::arg_max || row.op == Op::arg_min;
  std::vector<Case>& cases = table[row.op];
  std::vector<Reduced> shapes = kShapes;
  if (!one_axis) shapes.insert(shapes.end(), kEmptyShapes.begin(), kEmptyShapes.end());
  for (const Reduced& reduced : shapes)
    if (!one_axis || reduced.axes.size() == 1) cases.push_back(reduction(row, reduced));
  cases.push_back(seen_transposed(reduction(row, {"rows", {6, 19}, {1}})));
  cases.push_back(seen_transposed(reduction(row, {"columns", {6, 19}, {0}})));
  cases.push_back(reduction(row, {"specials", {67, 3}, {1}, false, Types::all}, Among::specials));
  for (const Reduced& reduced : kLargeShapes) {
    if (one_axis && reduced.axes.size() != 1) continue;
    cases.push_back(reduction(row, reduced));
    cases.back().large = true;
  }
}
}  // namespace

void add_reductions(CaseTable& table) {
  add(table, {Op::reduce_sum, sum(4), -2, 2});
  add(table, {Op::reduce_mean, sum(4), -2, 2});
  add(table, {Op::reduce_prod, ulps(16), -1.3, 1.3});
  add(table, {Op::reduce_max, ulps(0), -100, 100});
  add(table, {Op::reduce_min, ulps(0), -100, 100});
  add(table, {Op::arg_max, {}, -100, 100});
  add(table, {Op::arg_min, {}, -100, 100});
  // With one 0 in a row only it has a slope, with two nobody.
  table[Op::reduce_prod].push_back(
      {"reduce_prod with zeros",
       {of({3, 4})},
       answer([](const Values& x) { return reduce_prod(x[0] * cast(x[0] > -1.0, x[0].dtype()), {1}); }),
       ulps(16),
       Types::one});
}

}  // namespace tenon::conformance
