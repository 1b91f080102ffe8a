// Sorting, the largest few, and running sums.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
Case ordered(Op op, std::string label, Shape shape, Among among, Attrs attrs, Types types) {
  return {cat(definition(op).name, " ", std::move(label)),
          {{std::move(shape), -9, 9, among}},
          emitted(op, std::move(attrs)),
          {},
          types};
}

void add_sorts(std::vector<Case>& cases) {
  for (const bool descending : {false, true}) {
    const auto add = [&](std::string label, Shape shape, std::int64_t axis, Among among, Types types) {
      cases.push_back(ordered(Op::sort, descending ? label + ", descending" : label, std::move(shape), among,
                              {{"axis", axis}, {"descending", descending}}, types));
    };
    add("rows", {3, 37}, -1, Among::specials, Types::all);
    add("columns", {6, 3}, 0, Among::nothing, Types::some);
    add("single", {1}, 0, Among::nothing, Types::some);
    add("nothing", {0, 2}, 0, Among::nothing, Types::some);
  }
}

void add_top_ks(std::vector<Case>& cases) {
  for (const bool largest : {false, true})
    for (const bool sorted : {false, true})
      for (const std::int64_t k : {0, 1, 4, 11})
        cases.push_back(ordered(
            Op::top_k, cat(k, largest ? " largest" : " smallest", sorted ? ", sorted" : ""), {3, 11},
            Among::specials, {{"k", k}, {"axis", std::int64_t{-1}}, {"largest", largest}, {"sorted", sorted}},
            k == 4 && sorted ? Types::all : Types::some));
}

void add_cumsums(std::vector<Case>& cases) {
  for (const bool exclusive : {false, true})
    for (const bool reverse : {false, true}) {
      const auto add = [&](Shape shape, std::int64_t axis, Types types) {
        cases.push_back(
            {cat("cumsum of ", shape, " along ", axis, exclusive ? ", exclusive" : "",
                 reverse ? ", reverse" : ""),
             {of(std::move(shape))},
             emitted(Op::cumsum, {{"axis", axis}, {"exclusive", exclusive}, {"reverse", reverse}}),
             sum(4),
             types});
      };
      add({3, 19}, 1, Types::all);
      add({5, 4}, 0, Types::some);
      add({1}, 0, Types::some);
      add({0, 2}, 0, Types::some);
    }
}
}  // namespace

void add_ordering(CaseTable& table) {
  add_sorts(table[Op::sort]);
  add_top_ks(table[Op::top_k]);
  add_cumsums(table[Op::cumsum]);
}

}  // namespace tenon::conformance
