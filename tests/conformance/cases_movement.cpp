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
  test.types = Types::one;
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
  add({3, 0}, {0, 0, 2});
  add({2, 1, 3, 1, 2, 5}, {1, 60});
  const Attrs emptied{{"shape", Ints{3, 0}}, {"zero_copies", false}};
  cases.push_back({"reshape twice", {of({0, 3})}, answer([emptied](const Values& x) {
                     return x[0].graph().emit1(Op::reshape, {reshape(x[0], {0, 3, 5})}, emptied);
                   })});
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

void add_slices(std::vector<Case>& cases) {
  const auto add = [&](std::string label, Shape from, std::vector<SliceSpec> parts,
                       Types types = Types::some) {
    cases.push_back(moved(cat("slice ", label), from, [parts](Value x) { return slice(x, parts); }, types));
  };
  constexpr std::int64_t kBack = SliceSpec::kBeforeStart;
  add("with a step", {7, 35}, {{1, 2, 33, 3}}, Types::all);
  add("backwards", {7, 35}, {{1, -1, kBack, -2}, {0, 5, 1, -1}}, Types::all);
  add("of rows", {9, 4}, {{0, 3, 8}});
  add("of one", {9, 4}, {{0, 4, 5}, {1, -1}});
  add("of nothing", {9, 4}, {{0, 5, 5}});
  add("of high rank", {2, 3, 4, 2, 3, 2}, {{1, 1}, {2, 0, SliceSpec::kEnd, 2}, {-1, 1}});
  cases.push_back(seen_transposed(cases[0]));
  cases.push_back(
      large(moved("slice", {301, 614}, [](Value x) { return slice(x, {{1, 1, SliceSpec::kEnd, 2}}); })));
}

void add_pads(std::vector<Case>& cases) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    const auto add = [&](Shape from, Ints low, Ints high, Types types) {
      const PadOptions options{low, high, mode, 1};
      cases.push_back(moved(
          cat("pad ", mode, " ", from, " by ", low, " and ", high), from,
          [options](Value x) { return pad(x, options); }, types));
    };
    add({5, 17}, {1, 2}, {3, 4}, Types::all);
    add({4, 6}, {-1, 2}, {0, -3}, Types::some);
    add({3, 1, 4}, {0, 0, 0}, {0, 0, 0}, Types::some);
    cases.push_back(seen_transposed(cases[cases.size() - 3]));
  }
  cases.push_back(
      moved("pad of nothing", {0, 2}, [](Value x) { return pad(x, {{1, 0}, {0, 1}, "constant", 1}); }));
  cases.push_back(
      large(moved("pad", {301, 307}, [](Value x) { return pad(x, {{1, 1}, {1, 1}, "constant", 0}); })));
}

void add_concats(std::vector<Case>& cases) {
  const auto add = [&](std::vector<Shape> parts, std::int64_t axis, Types types) {
    Case test{cat("concat along ", axis),
              {},
              [axis](Graph&, const Values& x) { return Values{concat(x, axis)}; },
              {},
              types};
    for (Shape& part : parts) {
      test.label += cat(" ", part);
      test.inputs.push_back(with(Among::specials, std::move(part)));
    }
    cases.push_back(std::move(test));
  };
  add({{5, 7}, {5, 1}, {5, 12}}, 1, Types::all);
  add({{5, 7}, {2, 7}}, 0, Types::all);
  add({{3}}, 0, Types::some);
  add({{2, 3}, {2, 0}, {2, 1}}, -1, Types::some);
  add({{0}, {0}}, 0, Types::some);
  add({{2, 1, 3, 2}, {2, 4, 3, 2}}, 1, Types::some);
  cases.push_back(seen_transposed(cases[0]));
  add({{301, 200}, {301, 107}}, 1, Types::one);
  cases.back().large = true;
}

void add_reverses(std::vector<Case>& cases) {
  const auto add = [&](Shape from, Ints axes, Types types = Types::some) {
    cases.push_back(moved(
        cat("reverse ", from, " along ", axes), from, [axes](Value x) { return reverse(x, axes); }, types));
  };
  add({5, 17}, {1}, Types::all);
  add({5, 17}, {0});
  add({5, 17}, {});
  add({3, 1, 4, 2}, {0, -1});
  add({0}, {0});
  cases.push_back(seen_transposed(cases[0]));
  cases.push_back(large(moved("reverse", {301, 307}, [](Value x) { return reverse(x, {1}); })));
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
  add_slices(table[Op::slice]);
  add_pads(table[Op::pad]);
  add_concats(table[Op::concat]);
  add_reverses(table[Op::reverse]);
  add_likes(table);
}

}  // namespace tenon::conformance
