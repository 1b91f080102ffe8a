#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
void add_gathers(std::vector<Case>& cases) {
  const auto add = [&](Shape from, Shape indices, std::int64_t axis, DType dtype, Types types = Types::some) {
    const auto places =
        static_cast<double>(from.at(static_cast<std::size_t>(axis < 0 ? axis + std::ssize(from) : axis)));
    cases.push_back({cat("gather ", from, " along ", axis, " by ", indices, " of ", dtype),
                     {with(Among::specials, from),
                      integers(indices, is_unsigned_int(dtype) ? 0 : -places, places, dtype)},
                     emitted(Op::gather, {{"axis", axis}}),
                     {},
                     types});
  };
  add({7, 5}, {11}, 0, DType::i64, Types::all);
  add({7, 5}, {3, 4}, -1, DType::i32);
  add({3, 4, 5}, {2, 2}, 1, DType::u8);
  add({9}, {}, 0, DType::i64);
  add({4, 3}, {0}, 0, DType::i64);
  add({2, 1, 3}, {6}, 1, DType::i16);
  add({3, 0}, {2}, 0, DType::i64);
  cases.push_back(seen_transposed(cases[0]));
  add({301, 307}, {305}, 0, DType::i64, Types::one);
  cases.back().large = true;
}

void add_scatters(std::vector<Case>& cases) {
  const auto add = [&](Shape to, Shape indices, Shape updates, std::int64_t axis, std::string reduction,
                       Types types) {
    const auto places = static_cast<double>(to.at(static_cast<std::size_t>(axis)));
    cases.push_back({cat("scatter ", reduction, " ", updates, " into ", to, " along ", axis),
                     {of(to), integers(indices, -places, places), of(updates)},
                     emitted(Op::scatter, {{"axis", axis}, {"reduction", reduction}}),
                     near(4),
                     types});
  };
  for (const char* reduction : {"none", "add", "mul", "max", "min"}) {
    add({7, 5}, {11}, {11, 5}, 0, reduction, Types::all);
    add({3, 4, 5}, {2, 2}, {3, 2, 2, 5}, 1, reduction, Types::some);
    add({9}, {}, {}, 0, reduction, Types::some);
    add({4, 3}, {0}, {0, 3}, 0, reduction, Types::some);
  }
  add({301, 307}, {100}, {100, 307}, 0, "add", Types::one);
  cases.back().large = true;
}

void add_points(CaseTable& table) {
  const auto add = [&](Shape x, Shape indices, Shape taken, std::int64_t batch, double places, Types types) {
    table[Op::gather_nd].push_back({cat("gather_nd ", x, " by ", indices),
                                    {with(Among::specials, x), integers(indices, -places, places)},
                                    emitted(Op::gather_nd, {{"batch_dims", batch}}),
                                    {},
                                    types});
    for (const char* reduction : {"none", "add", "max"})
      table[Op::scatter_nd].push_back(
          {cat("scatter_nd ", reduction, " ", taken, " into ", x),
           {of(x), integers(indices, -places, places), of(taken)},
           emitted(Op::scatter_nd, {{"reduction", std::string(reduction)}, {"batch_dims", batch}}),
           near(4),
           types});
  };
  add({4, 5}, {7, 2}, {7}, 0, 4, Types::all);
  add({4, 5}, {3, 1}, {3, 5}, 0, 4, Types::some);
  add({2, 4, 3}, {2, 5, 1}, {2, 5, 3}, 1, 4, Types::some);
  add({3, 2}, {0, 2}, {0}, 0, 2, Types::some);
  add({3}, {1}, {}, 0, 3, Types::some);
}

void add_one_hots(std::vector<Case>& cases) {
  for (const DType dtype : kAllDTypes)
    cases.push_back({cat("one_hot of ", dtype), {integers({13}, -1, 8)}, answer([dtype](const Values& x) {
                       return one_hot(x[0], 7, dtype);
                     })});
  for (const DType dtype : {DType::i8, DType::u64})
    cases.push_back({cat("one_hot by ", dtype), {integers({2, 3}, 0, 6, dtype)}, answer([](const Values& x) {
                       return one_hot(x[0], 5);
                     })});
  cases.push_back({"one_hot of nothing", {integers({0}, 0, 1)}, answer([](const Values& x) {
                     return one_hot(x[0], 3);
                   })});
  cases.push_back({"one_hot of depth 1", {integers({4}, 0, 2)}, answer([](const Values& x) {
                     return one_hot(x[0], 1);
                   })});
  cases.push_back({"one_hot large",
                   {integers({301}, 0, 307)},
                   answer([](const Values& x) { return one_hot(x[0], 307); }),
                   {},
                   Types::one,
                   true});
}

void add_iotas(std::vector<Case>& cases) {
  const auto add = [&](Ints shape, std::int64_t axis, DType dtype) {
    cases.push_back({cat("iota ", shape, " along ", axis, " of ", dtype),
                     {},
                     [=](Graph& graph, const Values&) { return Values{iota(graph, shape, axis, dtype)}; }});
  };
  for (const DType dtype : kAllDTypes)
    if (dtype != DType::boolean) add({19}, 0, dtype);
  add({3, 5}, 1, DType::i64);
  add({3, 5, 2}, -2, DType::f32);
  add({0}, 0, DType::i32);
  add({1}, 0, DType::f32);
  add({301, 307}, 1, DType::i64);
  cases.back().large = true;
}
}  // namespace

void add_indexing(CaseTable& table) {
  add_gathers(table[Op::gather]);
  add_scatters(table[Op::scatter]);
  add_points(table);
  add_one_hots(table[Op::one_hot]);
  add_iotas(table[Op::iota]);
}

}  // namespace tenon::conformance
