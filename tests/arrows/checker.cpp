#include "arrows/checker.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "arrows/table.h"
#include "tenon/error.h"

namespace tenon::arrows {

namespace {
struct Include {
  std::string name;
  bool quoted;
  int line;
};

std::string_view trimmed(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::optional<Include> parse_include(std::string_view line, int number) {
  line = trimmed(line);
  if (!line.starts_with('#')) return std::nullopt;
  line = trimmed(line.substr(1));
  constexpr std::string_view kKeyword = "include";
  if (!line.starts_with(kKeyword)) return std::nullopt;
  line = trimmed(line.substr(kKeyword.size()));
  if (!line.starts_with('"') && !line.starts_with('<')) return std::nullopt;
  const bool quoted = line.front() == '"';
  const std::string_view name = line.substr(1, line.find(quoted ? '"' : '>', 1) - 1);
  return Include{std::string(name), quoted, number};
}

std::vector<Include> includes_in(const std::string& text) {
  std::vector<Include> includes;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);)
    if (auto include = parse_include(line, ++number)) includes.push_back(*std::move(include));
  return includes;
}

bool is_public(std::string_view path) { return path.starts_with("include/"); }

// Only the headers of the C++ library have no dot and no folder; of C's, these are what an interface needs.
bool is_standard(std::string_view name) {
  constexpr std::string_view kC[] = {"stddef.h", "stdint.h", "stdbool.h"};
  return name.find_first_of("./") == std::string_view::npos || std::ranges::find(kC, name) != std::end(kC);
}

// Where in the tree an include leads; empty: to no file of this project.
std::string resolve(const Include& include, const Tree& tree) {
  for (const char* folder : {"src/", "include/"})
    if (std::string path = folder + include.name; tree.contains(path)) return path;
  return {};
}

bool may_include(const Room& room, std::string_view header, std::string_view header_room) {
  return header_room == room.name || std::ranges::any_of(room.may_include, [&](std::string_view allowed) {
           return allowed == kEveryRoom || allowed == header_room || allowed == header;
         });
}

// What is wrong with one include, or nothing.
std::string objection(const std::string& path, const Room& room, const Include& include, const Tree& tree) {
  const std::string target = resolve(include, tree);
  if (target.empty() && include.quoted)
    return cat("\"", include.name, "\" is no header below src/ or include/");
  if (target.empty())
    return is_public(path) && !is_standard(include.name)
               ? cat("<", include.name, "> is not of the standard library, in a public header")
               : "";
  if (is_public(path) && !is_public(target))
    return cat(include.name, " is not installed with a public header");
  if (may_include(room, include.name, room_of(target))) return "";
  return cat(include.name, " is not for the room ", room.name, ", which may include ", room.may_include);
}

std::vector<std::string> objections(const std::string& path, const std::string& text, const Tree& tree) {
  const Room* room = find_room(room_of(path));
  if (!room) return {cat(path, ": belongs to no room of tests/arrows/table.cpp")};
  std::vector<std::string> found;
  for (const Include& include : includes_in(text))
    if (const std::string why = objection(path, *room, include, tree); !why.empty())
      found.push_back(cat(path, ":", include.line, ": ", why));
  return found;
}

Arrows file_arrows(const Tree& tree) {
  Arrows arrows;
  for (const auto& [path, text] : tree)
    for (const Include& include : includes_in(text))
      if (std::string target = resolve(include, tree); !target.empty())
        arrows[path].push_back(std::move(target));
  return arrows;
}

// Walks depth first; `path` is the way here, `done` what is known to lead into no cycle.
bool leads_into_cycle(const Arrows& arrows, const std::string& at, std::vector<std::string>& path,
                      std::set<std::string>& done) {
  const auto seen = std::ranges::find(path, at);
  const bool closes = seen != path.end();
  if (closes) path.erase(path.begin(), seen);
  if (!closes && done.contains(at)) return false;
  path.push_back(at);
  if (closes) return true;
  if (const auto next = arrows.find(at); next != arrows.end())
    for (const std::string& target : next->second)
      if (leads_into_cycle(arrows, target, path, done)) return true;
  path.pop_back();
  done.insert(at);
  return false;
}
}  // namespace

std::vector<std::string> find_cycle(const Arrows& arrows) {
  std::set<std::string> done;
  for (const auto& [start, targets] : arrows) {
    std::vector<std::string> path;
    if (leads_into_cycle(arrows, start, path, done)) return path;
  }
  return {};
}

Tree read_tree(const std::filesystem::path& root) {
  constexpr std::string_view kExtensions[] = {".h", ".cpp", ".cu", ".cuh"};
  Tree tree;
  for (const char* folder : {"src", "include"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (std::ranges::find(kExtensions, entry.path().extension()) == std::end(kExtensions)) continue;
      std::ifstream file(entry.path());
      tree[entry.path().lexically_relative(root)] = {std::istreambuf_iterator<char>(file), {}};
    }
  return tree;
}

std::vector<std::string> violations(const Tree& tree) {
  std::vector<std::string> found;
  for (const auto& [path, text] : tree)
    std::ranges::copy(objections(path, text, tree), std::back_inserter(found));
  if (const auto cycle = find_cycle(file_arrows(tree)); !cycle.empty())
    found.push_back(cat("files include each other in a circle: ", cycle));
  return found;
}

}  // namespace tenon::arrows
