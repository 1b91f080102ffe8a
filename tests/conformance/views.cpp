#include "conformance/views.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "tenon/ops.h"

namespace tenon::conformance {

namespace {
// How an op sees what is stored, and the shape to store for what it is to see: of rank 1 or more, not empty.
struct View {
  const char* name;
  Shape (*stored)(Shape seen);
  Value (*seen)(Value stored);
};

std::int64_t last_axis(const Value& value) { return static_cast<std::int64_t>(value.rank()) - 1; }

// Every second number of a row, and of more rows than one every third.
Shape stored_apart(Shape seen) {
  seen.back() *= 2;
  if (seen.size() > 1) seen.front() = 3 * seen.front() - 2;
  return seen;
}

Value with_steps(Value stored) {
  std::vector<SliceSpec> parts{{last_axis(stored), 1, SliceSpec::kEnd, 2}};
  if (stored.rank() > 1) parts.push_back({0, 0, SliceSpec::kEnd, 3});
  return slice(stored, parts);
}

Shape stored_as_seen(Shape seen) { return seen; }

Value backwards(Value stored) {
  const Value rows = stored.rank() > 1 ? slice(stored, {{0, -1, SliceSpec::kBeforeStart, -1}}) : stored;
  return reverse(rows, {-1});
}

Shape stored_with_margins(Shape seen) {
  for (std::int64_t& extent : seen) extent += 3;
  return seen;
}

Value inside(Value stored) {
  std::vector<SliceSpec> parts;
  for (std::int64_t axis = 0; axis <= last_axis(stored); ++axis) parts.push_back({axis, 1, -2});
  return slice(stored, parts);
}

// The second axis is stored last, as the channels of images often are; a matrix is stored transposed.
Shape stored_across(Shape seen) {
  const auto second = seen.begin() + (seen.size() > 2 ? 1 : 0);
  std::rotate(second, second + 1, seen.end());
  return seen;
}

Value across(Value stored) {
  Ints order(static_cast<std::size_t>(stored.rank()));
  std::iota(order.begin(), order.end(), 0);
  const auto second = order.begin() + (order.size() > 2 ? 1 : 0);
  std::rotate(second, order.end() - 1, order.end());
  return transpose(stored, order);
}

constexpr std::array<View, 4> kViews = {{{"with steps", stored_apart, with_steps},
                                         {"backwards", stored_as_seen, backwards},
                                         {"inside", stored_with_margins, inside},
                                         {"across", stored_across, across}}};

// A vector has nothing to lie across: the last of the views.
const View& view_of(const Shape& seen, std::size_t number) {
  return kViews[number % (kViews.size() - (seen.size() == 1 ? 1 : 0))];
}

bool has_view(const Input& input) { return !input.shape.empty(); }

bool is_viewable(const Case& test) {
  const auto empty = [](const Input& input) { return element_count(input.shape) == 0; };
  return !test.large && std::ranges::any_of(test.inputs, has_view) &&
         std::ranges::none_of(test.inputs, empty);
}
}  // namespace

Case seen_through_views(Case test, std::size_t number) {
  std::vector<Value (*)(Value)> views;
  for (Input& input : test.inputs) {
    views.push_back(nullptr);
    if (!has_view(input)) continue;
    const View& view = view_of(input.shape, number++);
    test.label += cat(views.size() == 1 ? ", seen " : ", ", view.name);
    input.shape = view.stored(std::move(input.shape));
    views.back() = view.seen;
  }
  test.write = [write = std::move(test.write), views](Graph& graph, const Values& stored) {
    Values seen = stored;
    for (std::size_t i = 0; i < views.size(); ++i)
      if (views[i]) seen[i] = views[i](stored[i]);
    return write(graph, seen);
  };
  return test;
}

void add_views(CaseTable& table) {
  for (auto& [op, cases] : table) {
    std::vector<Case> viewed;
    for (const Case& test : cases) {
      if (!is_viewable(test)) continue;
      viewed.push_back(seen_through_views(test, viewed.size()));
      viewed.back().types = Types::one;
      viewed.back().smooth = false;  // the gradients of views are compared as those of the views' own ops
    }
    cases.insert(cases.end(), viewed.begin(), viewed.end());
  }
}

}  // namespace tenon::conformance
