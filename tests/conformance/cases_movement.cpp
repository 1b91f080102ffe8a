#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
Case moved(std::string label, Shape shape, std::function<Value(Value)> function, Types types = Types::some) {
  return {std::move(label),
          {with(Among::extremes, std::move(shape))},
          answer([function = std::move(function)](const Values& x) { return function(x[0]); }),
          {},
          types};
}

Case large(Case test) {
  test.large = true;
  test.types = Types::f32;
  return test;
}

void add_reshapes(std::vector<Case>& cases) {
  const auto add = [&](Shape from, Ints to, Types types = Types::some) {
    cases.push_back(
        moved(cat("reshape ", from, " to ", to), from, [to](Value x) { return reshape(x, to); }, types));
  };
  add({6, 35}, {5, -1, 7}, Types::all);
  add({2, 3, 4}, {0, -1});
  add({1}, {});
  add({}, {1, 1});
  add({3, 0}, {0, 5, 3});
  add({2, 1, 3, 1, 2, 5}, {1, 60});
  cases.push_back(
      moved("reshape twice", {0, 3}, [](Value x) { return reshape(reshape(x, {3, 1, 0}), {0, 0, 0}); }));
  cases.push_back(seen_transposed(moved("reshape", {7, 9}, [](Value x) { return reshape(x, {3, 21}); })));
  cases.push_back(
      large(seen_transposed(moved("reshape", {301, 307}, [](Value x) { return reshape(x, {-1}); }))));
}

void add_transposes(std::vector<Case>& cases) {
  const auto add = [&](Shape from, Ints perm, Types types = Types::some) {
    cases.push_back(moved(
        cat("transpose ", from, " by ", perm), from, [perm](Value x) { return transpose(x, perm); }, types));
  };
  add({17, 35}, {}, Types::all);
  add({}, {});
  add({9}, {0});
  add({3, 1, 4}, {1, 2, 0});
  add({3, 4, 5}, {0, 2, 1});
  add({3, 0, 5}, {2, 1, 0});
  add({2, 3, 4, 2, 3, 2}, {4, -1, 0, 3, 1, 2});
  cases.push_back(large(moved("transpose", {301, 307}, [](Value x) { return transpose(x); })));
}

void add_broadcasts(std::vector<Case>& cases) {
  const auto add = [&](Shape from, Ints to, Types types = Types::some) {
    cases.push_back(moved(
        cat("broadcast ", from, " to ", to), from, [to](Value x) { return broadcast_to(x, to); }, types));
  };
  add({17}, {5, 17}, Types::all);
  add({5, 1}, {5, 17}, Types::all);
  add({}, {3, 4});
  add({1}, {0});
  add({3, 1, 2}, {2, -1, 4, -1});
  add({1, 1}, {1, 1, 1});
  add({1, 3, 1, 2}, {2, 3, 2, 3, 4, 2});
  cases.push_back(
      large(moved("broadcast", {301, 1}, [](Value x) { return broadcast_to(x, {2, 301, 307}); })));
}

// What only source programs say.
void add_likes(CaseTable& table) {
  table[Op::shape_of] = {
      {"shape_of", {of({3, 0, 5})}, answer([](const Values& x) { return shape_of(x[0]); }), {}, Types::some}};
  for (const auto& [wide, like] : std::vector<std::pair<Shape, Shape>>{
           {{4, 3, 5}, {3, 1}}, {{4, 3, 5}, {}}, {{7}, {7}}, {{2, 0}, {0}}, {{3, 1}, {1, 1}}}) {
    table[Op::sum_to_like].push_back({cat("sum_to_like ", wide, " to ", like),
                                      {of(wide), of(like)},
                                      emitted(Op::sum_to_like),
                                      sum(4),
                                      Types::some});
    table[Op::expand_like].push_back({cat("expand_like ", like, " to ", wide),
                                      {of(like), of(wide)},
                                      emitted(Op::expand_like),
                                      {},
                                      Types::some});
  }
}
}  // namespace

void add_movement(CaseTable& table) {
  add_reshapes(table[Op::reshape]);
  add_transposes(table[Op::transpose]);
  add_broadcasts(table[Op::broadcast_to]);
  add_likes(table);
}

}  // namespace tenon::conformance
