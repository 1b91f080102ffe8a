// The name that was meant, for one that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::recipe {

// Insertions, removals, replacements and swaps of neighbours that lead from one to the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

// "; did you mean 'x'?", or the list of all where none is near.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace tenon::recipe
