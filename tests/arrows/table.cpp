#include "arrows/table.h"

#include <algorithm>

namespace tenon::arrows {

namespace {
// base is what all others are written in: errors, element types, tensors.
const std::vector<Room> kRooms = {
    {"base", {}},
    {"format", {"base"}},
    {"ir", {"base"}},
    {"op", {"ir", "base"}},
    {"pass", {"op", "ir", "base", "backend/backend.h"}},
    {"codegen", {"op", "ir", "base"}},
    {"backend", {"codegen", "op", "ir", "base"}},
    {"backend/reference", {"backend", "codegen", "op", "ir", "base"}},
    {"backend/cpu", {"backend", "codegen", "op", "ir", "base"}},
    {"backend/cuda", {"backend", "codegen", "op", "ir", "base"}},
    {"backend/built_in", {"backend", "backend/reference", "backend/cpu", "backend/cuda"}},
    {"plan", {"backend/backend.h", "ir", "base"}},
    {"runtime", {"plan", "backend/backend.h", "backend/communicator.h", "base"}},
    {"compile", {"pass", "backend", "plan", "runtime", "base"}},
    {"ahead", {"compile", "codegen", "plan", "backend", "op", "ir", "base"}},
    {"nn", {"op", "ir", "base"}},
    {"onnx", {"format", "op", "ir", "base"}},
    {"data", {"format", "base"}},
    {"train", {"nn", "data", "compile", "runtime", "format", "base"}},
    {"engine", {"compile", "runtime", "format", "ir", "base"}},
    {"capi", {"engine", "onnx", "base"}},
    {"dist", {"backend/communicator.h", "base"}},
    {"serve", {"engine", "format", "base"}},
    {"forecast", {"compile", "ir", "base"}},
    {"recipe", {"nn", "onnx", "data", "train", "base"}},
    {"cli", {kEveryRoom}},
    {"tenon.h", {kEveryRoom}},  // the whole public API in one header
};

constexpr PublicHeader kPublicHeaders[] = {
    {"error", "base"},    {"dtype", "base"},  {"tensor", "base"},      {"log", "base"},
    {"graph", "ir"},      {"op", "ir"},       {"op_list", "ir"},       {"ops", "op"},
    {"nn", "nn"},         {"onnx", "onnx"},   {"optim", "nn"},         {"gradient", "op"},
    {"loss", "nn"},       {"data", "data"},   {"pictures", "data"},    {"train", "train"},
    {"engine", "engine"}, {"diff", "engine"}, {"precision", "engine"}, {"c", "capi"},
    {"tuned", "compile"}, {"ahead", "ahead"}, {"tenon", "tenon.h"}};

std::string_view up_to_any(std::string_view text, std::string_view ends) {
  return text.substr(0, text.find_first_of(ends));
}

std::string_view room_of_public(std::string_view name) {
  const auto row = std::ranges::find(kPublicHeaders, up_to_any(name, "/."), &PublicHeader::name);
  return row == std::end(kPublicHeaders) ? std::string_view() : row->room;
}
}  // namespace

std::span<const Room> rooms() { return kRooms; }

const Room* find_room(std::string_view name) {
  const auto row = std::ranges::find(kRooms, name, &Room::name);
  return row == kRooms.end() ? nullptr : &*row;
}

// The deepest folder of `path` that is a room: src/backend/cpu/onednn/x.h is of backend/cpu.
std::string_view room_of(std::string_view path) {
  constexpr std::string_view kPublic = "include/tenon/";
  constexpr std::string_view kSource = "src/";
  if (path.starts_with(kPublic)) return room_of_public(path.substr(kPublic.size()));
  if (!path.starts_with(kSource)) return {};
  std::string_view folder = path.substr(kSource.size());
  while (true) {
    const std::size_t slash = folder.rfind('/');
    if (slash == std::string_view::npos) return {};
    folder = folder.substr(0, slash);
    if (find_room(folder)) return folder;
  }
}

}  // namespace tenon::arrows
