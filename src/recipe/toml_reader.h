// Tables of TOML read into structs by their lists of fields. Errors name the file, the line and the column; a
// key that does not exist, the nearest that does.
#pragma once

#include "recipe/fields.h"
#include "recipe/toml.h"

namespace tenon::recipe {

// An option of the command line that a value came from stands in place of the file's name.
inline constexpr std::string_view kSet = "--set ";

// "recipe.toml:3:9", or the option that a value came from.
inline std::string place(const toml::source_region& source) {
  const std::string path = source.path ? *source.path : std::string();
  if (path.starts_with(kSet) || source.begin.line == 0) return path;
  return cat(path, ":", source.begin.line, ":", source.begin.column);
}

template <class... Parts>
[[noreturn]] void fail_at(const toml::source_region& source, const Parts&... parts) {
  fail(place(source), ": ", parts...);
}

[[noreturn]] inline void fail_type(const toml::node& node, std::string_view key, std::string_view wanted) {
  fail_at(node.source(), key, ": expected ", wanted);
}

// Runs a check whose errors know the value but not where it stands.
template <class Check, class T>
void check_here(const toml::node& node, std::string_view key, const Check& check, const T& value) {
  try {
    check(value);
  } catch (const Error& error) {
    fail_at(node.source(), key, ": ", error.what());
  }
}

template <class T, class Check = AnyValue>
void read(const toml::node& node, const std::string& key, T& value, const Check& check = {});

// Reads the members of one table, and then knows which of its keys no member has. "adam" stands for
// { name = "adam" }.
class TableReader {
 public:
  TableReader(const toml::node& node, std::string path)
      : node_(node), table_(node.as_table()), path_(std::move(path)) {}

  template <class T, class Check = AnyValue>
  void operator()(const char* key, T& value, const Check& check = {}) {
    known_.emplace_back(key);
    if (const toml::node* node = get(key)) read(*node, full(key), value, check);
  }

  void finish() const {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      const std::string name(key.str());
      if (std::ranges::find(known_, name) != known_.end()) continue;
      const toml::source_region& source = key.source().begin.line ? key.source() : node.source();
      fail_at(source, "there is no key '", full(name), "'", suggestion(name, known_));
    }
  }

 private:
  std::string full(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  const toml::node* get(std::string_view key) const {
    if (table_) return table_->get(key);
    return key == "name" ? &node_ : nullptr;
  }

  const toml::node& node_;
  const toml::table* table_;
  std::string path_;
  std::vector<std::string> known_;
};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
void read_struct(const toml::node& node, const std::string& key, T& value) {
  if (!node.is_table() && !node.is_string()) fail_type(node, key, "a table");
  TableReader reader(node, key);
  fields(value, reader);
  reader.finish();
}

template <class T, class Check>
void read_list(const toml::node& node, const std::string& key, std::vector<T>& value, const Check& check) {
  const toml::array* array = node.as_array();
  if (!array) fail_type(node, key, "a list in [brackets]");
  value.clear();
  for (const toml::node& element : *array) read(element, key, value.emplace_back(), check);
}

template <class T>
void read_scalar(const toml::node& node, const std::string& key, T& value, std::string_view wanted) {
  const std::optional<T> found = node.value_exact<T>();
  if (!found) fail_type(node, key, wanted);
  value = *found;
}

inline void read_number(const toml::node& node, const std::string& key, double& value) {
  if (!node.is_number()) fail_type(node, key, "a number");
  value = *node.value<double>();
}

template <class T, class Check>
void read(const toml::node& node, const std::string& key, T& value, const Check& check) {
  if constexpr (IsVector<T>::value)
    read_list(node, key, value, check);
  else if constexpr (IsOptional<T>::value)
    return read(node, key, value.emplace(), check);
  else if constexpr (std::is_same_v<T, std::string>)
    read_scalar(node, key, value, "a text in quotes");
  else if constexpr (std::is_same_v<T, bool>)
    read_scalar(node, key, value, "true or false");
  else if constexpr (std::is_same_v<T, std::int64_t>)
    read_scalar(node, key, value, "a whole number");
  else if constexpr (std::is_same_v<T, double>)
    read_number(node, key, value);
  else
    return read_struct(node, key, value);
  if constexpr (std::is_invocable_v<const Check&, const T&>) check_here(node, key, check, value);
}

// Syntax alone; `name` for errors.
toml::table parse_toml(std::string_view text, const std::string& name);

}  // namespace tenon::recipe
