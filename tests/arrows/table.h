// The rooms, and which other rooms each may include: the arrows of docs/architecture.md.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace tenon::arrows {

inline constexpr std::string_view kEveryRoom = "*";

struct Room {
  std::string_view name;                      // a folder of src/
  std::vector<std::string_view> may_include;  // rooms, single headers, or kEveryRoom; itself always
};

// A public header belongs to a room as its sources do.
struct PublicHeader {
  std::string_view name;  // include/tenon/<name>.h, and what is in include/tenon/<name>/
  std::string_view room;
};

std::span<const Room> rooms();
const Room* find_room(std::string_view name);

// The room of a file below the repository's root; empty where it has none.
std::string_view room_of(std::string_view path);

}  // namespace tenon::arrows
