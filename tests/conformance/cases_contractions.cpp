#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
Case product(std::string label, Shape a, Shape b, MatmulOptions options, Types types) {
  return {cat("matmul ", label, options.transpose_a ? ", a transposed" : "",
              options.transpose_b ? ", b transposed" : ""),
          {of(std::move(a), -4, 4), of(std::move(b), -4, 4)},
          answer([options](const Values& x) { return matmul(x[0], x[1], options); }),
          sum(4),
          types};
}

// [rows, depth] by [depth, columns], as the flags want them stored.
Case product(std::string label, std::int64_t rows, std::int64_t depth, std::int64_t columns,
             MatmulOptions options = {}, Types types = Types::some) {
  Shape a = options.transpose_a ? Shape{depth, rows} : Shape{rows, depth};
  Shape b = options.transpose_b ? Shape{columns, depth} : Shape{depth, columns};
  return product(std::move(label), std::move(a), std::move(b), options, types);
}

// Summed into a wider type than that of the operands.
Case wider(DType a, DType b, DType result, std::int64_t rows, std::int64_t depth, std::int64_t columns,
           MatmulOptions options = {}) {
  options.result = result;
  const Shape left = options.transpose_a ? Shape{depth, rows} : Shape{rows, depth};
  const Shape right = options.transpose_b ? Shape{columns, depth} : Shape{depth, columns};
  return {cat("matmul of ", a, " and ", b, " into ", result, ", ", rows, "x", depth, "x", columns),
          {numbers_of(a, left), numbers_of(b, right)},
          answer([options](const Values& x) { return matmul(x[0], x[1], options); }),
          near(512)};
}

void add_wider(std::vector<Case>& cases) {
  const MatmulOptions turned{true, true};
  for (const DType half : {DType::bf16, DType::f16}) {
    cases.push_back(wider(half, half, DType::f32, 5, 17, 9));
    cases.push_back(wider(half, half, DType::f32, 33, 64, 48, turned));
    cases.push_back(wider(half, half, DType::f32, 131, 73, 97));
    cases.back().large = true;
  }
  for (const DType a : {DType::u8, DType::i8})
    for (const DType b : {DType::u8, DType::i8}) {
      cases.push_back(wider(a, b, DType::i32, 5, 17, 9));
      cases.push_back(wider(a, b, DType::i32, 33, 64, 48, turned));
      cases.push_back(wider(a, b, DType::i32, 131, 73, 97));
      cases.back().large = true;
    }
}
}  // namespace

void add_contractions(CaseTable& table) {
  std::vector<Case>& cases = table[Op::matmul];
  for (const bool a : {false, true})
    for (const bool b : {false, true}) {
      cases.push_back(product("odd", 5, 17, 9, {a, b}, Types::all));
      cases.push_back(product("a row", 1, 13, 21, {a, b}));
      cases.push_back(product("a column", 11, 13, 1, {a, b}));
      cases.push_back(product("with tails", 37, 19, 35, {a, b}, Types::one));
      cases.push_back(product("large", 131, 73, 97, {a, b}, Types::one));
      cases.back().large = true;
    }
  cases.push_back(product("single", 1, 1, 1));
  cases.push_back(product("outer", 6, 1, 7));
  cases.push_back(product("of no depth", 3, 0, 4));
  cases.push_back(product("of no rows", 0, 3, 2));
  cases.push_back(product("in batches", {2, 3, 4, 5}, {2, 3, 5, 6}, {}, Types::some));
  cases.push_back(product("in batches that broadcast", {3, 1, 4, 5}, {2, 6, 5}, {false, true}, Types::some));
  cases.push_back(product("by one matrix", {3, 4, 5}, {5, 6}, {}, Types::some));
  cases.push_back(product("in single batches", {1, 1, 4, 5}, {5, 1}, {}, Types::one));
  cases.push_back(seen_transposed(product("of matrices", 5, 17, 9)));
  add_wider(cases);
  cases.push_back(product("large in batches", {6, 40, 50}, {6, 50, 30}, {}, Types::one));
  cases.back().large = true;
}

}  // namespace tenon::conformance
