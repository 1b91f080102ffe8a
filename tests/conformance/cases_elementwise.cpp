// Element-wise ops: on all magnitudes of numbers, NaN and the infinities.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
struct Row {
  Op op;
  double ulps = 0;
  double low = -2;  // of the ordinary numbers
  double high = 2;
};

// What is rounded once is exact; generated code has vector math of its own.
constexpr double kMath = 4;

const std::vector<Row> kRows = {
    {Op::neg},
    {Op::abs},
    {Op::sign},
    {Op::floor},
    {Op::ceil},
    {Op::round},
    {Op::trunc},
    {Op::exp, kMath},
    {Op::expm1, kMath},
    {Op::log, kMath, 0.2, 3},
    {Op::log1p, kMath, -0.8, 3},
    {Op::sqrt, 0, 0.2, 3},
    {Op::rsqrt, 1, 0.2, 3},
    {Op::reciprocal, 0, 0.2, 3},
    {Op::sin, kMath},
    {Op::cos, kMath},
    {Op::tan, kMath, -1.2, 1.2},
    {Op::asin, kMath, -0.9, 0.9},
    {Op::acos, kMath, -0.9, 0.9},
    {Op::atan, kMath},
    {Op::sinh, kMath},
    {Op::cosh, kMath},
    {Op::tanh, kMath},
    {Op::erf, kMath},
    {Op::logical_not},
    {Op::bitwise_not},
    {Op::is_nan},
    {Op::is_inf},
    {Op::is_finite},
    {Op::add},
    {Op::sub},
    {Op::mul},
    {Op::div, 0, 0.3, 3},
    {Op::rem, 0, 0.3, 3},
    {Op::mod, 0, 0.3, 3},
    {Op::pow, kMath, 0.3, 3},
    {Op::atan2, kMath},
    {Op::maximum},
    {Op::minimum},
    {Op::equal},
    {Op::not_equal},
    {Op::less},
    {Op::less_equal},
    {Op::greater},
    {Op::greater_equal},
    {Op::logical_and},
    {Op::logical_or},
    {Op::logical_xor},
    {Op::bitwise_and},
    {Op::bitwise_or},
    {Op::bitwise_xor},
    {Op::shift_left},
    {Op::shift_right},
};

// One case for each list of shapes: the inputs' in turn, the last one again and again.
Case on(const Row& row, std::string label, const std::vector<Shape>& shapes, Among among, Types types) {
  Case test{cat(definition(row.op).name, " ", label), {}, emitted(row.op), ulps(row.ulps), types};
  for (int i = 0; i < definition(row.op).min_inputs; ++i) {
    const Shape& shape = shapes[std::min(static_cast<std::size_t>(i), shapes.size() - 1)];
    test.inputs.push_back({shape, row.low, row.high, among});
  }
  return test;
}

std::vector<Case> elementwise_cases(const Row& row) {
  std::vector<Case> cases = {
      on(row, "extremes", {{259}}, Among::extremes, Types::all),
      seen_transposed(on(row, "matrix", {{5, 17}}, Among::specials, Types::all)),
      on(row, "scalar", {{}}, Among::nothing, Types::some),
      on(row, "single", {{1}}, Among::nothing, Types::some),
      on(row, "empty", {{0}}, Among::nothing, Types::some),
      on(row, "empty inside", {{3, 0, 2}}, Among::nothing, Types::some),
      on(row, "odd", {{7}}, Among::nothing, Types::some),
      on(row, "high rank", {{2, 1, 3, 1, 2, 5}}, Among::nothing, Types::some),
      seen_transposed(on(row, "high rank", {{2, 3, 1, 2, 2, 3}}, Among::nothing, Types::some)),
  };
  cases.push_back(on(row, "large", {{3, 30011}}, Among::extremes, Types::one));
  cases.back().large = true;
  if (definition(row.op).min_inputs < 2) return cases;
  cases.push_back(on(row, "rows", {{5, 17}, {17}}, Among::specials, Types::some));
  cases.push_back(on(row, "columns", {{3, 5, 1}, {4, 1, 1, 6}}, Among::nothing, Types::some));
  cases.push_back(on(row, "a scalar", {{}, {19}}, Among::nothing, Types::some));
  return cases;
}

std::vector<Case> cast_cases() {
  std::vector<Case> cases;
  for (const DType to : kAllDTypes) {
    const Write write = emitted(Op::cast, {{"dtype", to}});
    cases.push_back({cat("cast to ", to), {with(Among::extremes, {151})}, write, ulps(0)});
    cases.push_back(
        seen_transposed({cat("cast to ", to), {of({3, 5}, -300, 300)}, write, ulps(0), Types::some}));
  }
  cases.push_back({"cast large",
                   {with(Among::extremes, {3, 30011})},
                   emitted(Op::cast, {{"dtype", DType::bf16}}),
                   ulps(0),
                   Types::one,
                   true});
  // Only f64 holds a step of differences.
  for (Case& test : cases) test.smooth = test.label.starts_with("cast to f64");
  return cases;
}

std::vector<Case> select_cases() {
  const auto test = [](std::string label, Shape condition, Shape a, Shape b, Types types) {
    return Case{cat("select ", label),
                {integers(std::move(condition), 0, 2, DType::boolean), with(Among::specials, std::move(a)),
                 with(Among::specials, std::move(b))},
                emitted(Op::select),
                {},
                types};
  };
  std::vector<Case> cases = {
      test("vectors", {131}, {131}, {131}, Types::all),
      seen_transposed(test("matrices", {5, 17}, {5, 17}, {5, 17}, Types::all)),
      test("by rows", {7, 1}, {7, 9}, {9}, Types::some),
      test("scalars", {12}, {}, {}, Types::some),
      test("nothing", {0}, {0}, {0}, Types::some),
      test("large", {3, 30011}, {3, 30011}, {30011}, Types::one),
  };
  for (Case& each : cases) each.smooth = each.inputs[1].shape.size() != 1;
  cases.back().large = true;
  cases.push_back({"select smooth", {of({2, 3}), of({3})}, answer([](const Values& x) {
                     return select(x[0] > 0.0, x[0], x[1]);
                   })});
  return cases;
}
}  // namespace

void add_elementwise(CaseTable& table) {
  for (const Row& row : kRows) table[row.op] = elementwise_cases(row);
  table[Op::cast] = cast_cases();
  table[Op::select] = select_cases();
  table[Op::stop_gradient] = elementwise_cases({Op::stop_gradient});
  for (Case& test : table[Op::stop_gradient]) test.smooth = false;
  // At 0 the power's slope is a product of 0 and an infinity, but for a rule of its own.
  table[Op::pow].push_back({"pow of 0",
                            {of({2, 2})},
                            answer([](const Values& x) { return pow(x[0] * 0.0, 2.0) + x[0]; }),
                            ulps(kMath)});
}

}  // namespace tenon::conformance
