#include <algorithm>
#include <bit>

#include "tenon/graph.h"

namespace tenon {

namespace {
template <class T>
bool same_value(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Tensor>)
    return identical(a, b);
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  else if constexpr (std::is_same_v<T, std::vector<double>>)
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value<double>);
  else
    return a == b;
}
}  // namespace

bool same(const AttrValue& a, const AttrValue& b) {
  if (a.index() != b.index()) return false;
  return std::visit([&]<class T>(const T& held) { return same_value(held, std::get<T>(b)); }, a);
}

Attrs::Attrs(std::initializer_list<std::pair<std::string, AttrValue>> items) {
  for (const auto& [name, value] : items) set(name, value);
}

const AttrValue* Attrs::find(std::string_view name) const {
  for (const auto& [key, value] : items_)
    if (key == name) return &value;
  return nullptr;
}

void Attrs::set(std::string name, AttrValue value) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name,
                                   [](const auto& item, const auto& key) { return item.first < key; });
  if (at != items_.end() && at->first == name)
    at->second = std::move(value);
  else
    items_.emplace(at, std::move(name), std::move(value));
}

void Attrs::missing(std::string_view name) { fail("attribute '", name, "' is missing or of another kind"); }

bool operator==(const Attrs& a, const Attrs& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && same(x.second, y.second);
  });
}

}  // namespace tenon
