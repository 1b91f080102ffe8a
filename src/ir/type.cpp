#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "tenon/graph.h"

namespace tenon {

namespace {
// The process's symbols: a name has one number for good.
struct Symbols {
  std::mutex mutex;
  std::deque<std::string> names;
  std::unordered_map<std::string, std::int64_t> codes;

  std::int64_t code(std::string_view name) {
    const std::lock_guard lock(mutex);
    const auto [at, fresh] = codes.emplace(name, -2 - static_cast<std::int64_t>(names.size()));
    if (fresh) names.emplace_back(name);
    return at->second;
  }
  const std::string& name(std::int64_t code) {
    const std::lock_guard lock(mutex);
    return names.at(static_cast<std::size_t>(-2 - code));
  }
};

Symbols& symbols() {
  static Symbols table;
  return table;
}
}  // namespace

Dim::Dim(std::int64_t constant) : code_(constant) {
  require(constant >= 0, "a dimension cannot be negative: ", constant);
}

Dim::Dim(std::string_view symbol) : code_(symbols().code(symbol)) {}

std::int64_t Dim::constant() const {
  require(is_constant(), "dimension ", *this, " is not known yet");
  return code_;
}

std::string to_string(Dim dim) {
  if (dim.is_constant()) return cat(dim.code_);
  return dim.is_unknown() ? "?" : symbols().name(dim.code_);
}

bool Type::concrete() const {
  return ranked && std::all_of(dims.begin(), dims.end(), [](Dim dim) { return dim.is_constant(); });
}

Shape Type::shape() const {
  require(ranked, "the rank of ", *this, " is not known yet");
  Shape shape;
  for (const Dim dim : dims) shape.push_back(dim.constant());
  return shape;
}

std::string to_string(const Type& type) {
  return type.ranked ? cat(type.dtype, type.dims) : cat(type.dtype, "[…]");
}

}  // namespace tenon
