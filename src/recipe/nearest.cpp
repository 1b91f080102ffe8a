#include "recipe/nearest.h"

#include <algorithm>

#include "tenon/error.h"

namespace tenon::recipe {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  return at(a.size(), b.size());
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64;  // the table is quadratic, and a name from a file may be of any length
  if (known.empty() || name.size() > kLongest) return {};
  const auto nearest = std::ranges::min_element(
      known, {}, [&](const std::string& candidate) { return edit_distance(name, candidate); });
  const std::size_t near = std::max<std::size_t>(1, std::max(name.size(), nearest->size()) / 2);
  if (edit_distance(name, *nearest) <= near) return cat("; did you mean '", *nearest, "'?");
  return cat("; there are ", known);
}

}  // namespace tenon::recipe
