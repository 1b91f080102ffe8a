#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
struct Window {
  const char* label;
  Shape x;
  PoolOptions options;
  Types types = Types::one;
  bool large = false;
};

const std::vector<Window> kWindows = {
    {"tiles", {2, 3, 6, 8}, {.kernel = {2, 2}}, Types::all},
    {"overlapping", {1, 2, 7, 6}, {{3, 3}, {2, 1}, {}, {1, 1}, {1, 0}}, Types::all},
    {"a line", {2, 3, 11}, {.kernel = {3}}},
    {"a volume", {1, 2, 4, 2, 4}, {.kernel = {2, 2, 2}}},
    {"dilated", {1, 1, 9, 9}, {.kernel = {2, 3}, .strides = {1, 2}, .dilations = {3, 2}}},
    {"with a part of a window", {1, 2, 5, 7}, {.kernel = {2, 3}, .ceil = true}},
    {"counting the padding",
     {1, 2, 5, 5},
     {.kernel = {3, 3}, .strides = {2, 2}, .pads_low = {1, 1}, .pads_high = {1, 1}, .count_pad = true}},
    {"the whole image", {2, 3, 5, 4}, {.kernel = {5, 4}}},
    {"of no images", {0, 3, 4, 4}, {.kernel = {2, 2}}},
    {"large tiles", {4, 16, 40, 30}, {.kernel = {2, 2}}, Types::one, true},
    {"large overlapping", {4, 16, 41, 30}, {.kernel = {3, 3}, .strides = {2, 2}}, Types::one, true},
};

Case pooled(Op op, const Window& window, std::vector<Input> inputs, Write write, Bound bound) {
  return {cat(definition(op).name, " ", window.label),
          std::move(inputs),
          std::move(write),
          bound,
          window.types,
          window.large};
}

Case max_pooled(const Window& window, Input input, double factor = 1) {
  const Write write = [=, options = window.options](Graph&, const Values& x) {
    const Pooled result = max_pool(factor == 1 ? x[0] : x[0] * factor, options);
    return Values{result.values, result.window};
  };
  return pooled(Op::max_pool, window, {std::move(input)}, write, ulps(0));
}

// The first of equals, and the first NaN.
void add_ties(std::vector<Case>& cases, const Window& window) {
  Case specials = max_pooled(window, with(Among::specials, window.x));
  specials.label += ", of specials";
  Case zeros = max_pooled(window, of(window.x), 0);
  zeros.label += ", of zeros of both signs";
  for (Case* test : {&specials, &zeros}) {
    test->smooth = false;
    cases.push_back(std::move(*test));
  }
}

void add(CaseTable& table, const Window& window) {
  const PoolOptions options = window.options;
  table[Op::max_pool].push_back(max_pooled(window, of(window.x, -50, 50)));
  table[Op::max_unpool].push_back(pooled(Op::max_unpool, window, {of(window.x)}, answer([=](const Values& x) {
                                           const Pooled result = max_pool(x[0], options);
                                           return max_unpool(result.values * result.values, result.window,
                                                             x[0], options);
                                         }),
                                         near(2)));
  const auto smoothed = [=](const Values& x) { return avg_pool(x[0], options); };
  table[Op::avg_pool].push_back(pooled(Op::avg_pool, window, {of(window.x)}, answer(smoothed), sum(4)));
  table[Op::avg_unpool].push_back(
      pooled(Op::avg_unpool, window, {of(window.x)},
             answer([=](const Values& x) { return avg_unpool(smoothed(x), x[0], options); }), near(2)));
}
}  // namespace

void add_pooling(CaseTable& table) {
  for (const Window& window : kWindows) add(table, window);
  for (const Window& window : kWindows)
    if (window.types == Types::all) add_ties(table[Op::max_pool], window);
  table[Op::max_pool].push_back(seen_transposed(table[Op::max_pool][0]));
}

}  // namespace tenon::conformance
