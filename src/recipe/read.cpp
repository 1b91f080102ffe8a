// TOML to a recipe. The only source that knows the TOML library.
#include <algorithm>
#include <thread>

#include "base/files.h"
#include "recipe/fields.h"
#include "recipe/quoted.h"
#include "recipe/toml.h"

namespace tenon::recipe {

namespace {
constexpr std::string_view kSet = "--set ";

// "recipe.toml:3:9", or the option that a value came from.
std::string place(const toml::source_region& source) {
  const std::string path = source.path ? *source.path : std::string();
  if (path.starts_with(kSet) || source.begin.line == 0) return path;
  return cat(path, ":", source.begin.line, ":", source.begin.column);
}

template <class... Parts>
[[noreturn]] void fail_at(const toml::source_region& source, const Parts&... parts) {
  fail(place(source), ": ", parts...);
}

[[noreturn]] void fail_type(const toml::node& node, std::string_view key, std::string_view wanted) {
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

void read_number(const toml::node& node, const std::string& key, double& value) {
  if (!node.is_number()) fail_type(node, key, "a number");
  value = *node.value<double>();
}

template <class T, class Check>
void read(const toml::node& node, const std::string& key, T& value, const Check& check) {
  if constexpr (IsVector<T>::value)
    return read_list(node, key, value, check);
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

toml::table parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    fail_at(error.source(), error.description());
  }
}

// The value as a table {value = …}: TOML as it stands, or a text where it is no TOML.
toml::table parse_override(const std::string& text, const std::string& option) {
  try {
    return toml::parse("value = " + text, option);
  } catch (const toml::parse_error&) {
    return parse_toml("value = " + quoted(text), option);
  }
}

// The table under `key`, made where there is none; "adam" becomes { name = "adam" }. Nodes are moved, for a
// copy does not know where it came from.
toml::table& descend(toml::table& table, std::string_view key, const std::string& option) {
  toml::node* node = table.get(key);
  if (node && node->is_table()) return *node->as_table();
  toml::table made;
  if (node) {
    require(node->is_string(), option, ": '", key, "' is no table and has no keys");
    made.insert("name", std::move(*node));
  }
  return *table.insert_or_assign(key, std::move(made)).first->second.as_table();
}

void apply_override(toml::table& root, const std::string& text) {
  const std::string option = cat(kSet, text);
  const std::size_t equals = text.find('=');
  require(equals != std::string::npos && equals > 0, option, ": expected KEY=VALUE, such as train.epochs=1");
  toml::table* table = &root;
  std::string_view path = std::string_view(text).substr(0, equals);
  for (std::size_t dot; (dot = path.find('.')) != std::string_view::npos; path.remove_prefix(dot + 1))
    table = &descend(*table, path.substr(0, dot), option);
  toml::table parsed = parse_override(text.substr(equals + 1), option);
  table->insert_or_assign(path, std::move(*parsed.get("value")));
}

// What a recipe cannot do without, and what depends on the machine.
void settle(Recipe& recipe, const std::string& name) {
  require(!recipe.data.train.empty(), name, ": 'data.train' must name the files to train on");
  require(!recipe.model.layers.empty(), name, ": 'model.layers' must name the layers of the model");
  if (recipe.train.threads == 0)
    recipe.train.threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}
}  // namespace

Recipe parse_recipe(std::string_view text, const std::string& name, const Overrides& overrides) {
  toml::table root = parse_toml(text, name);
  for (const std::string& override_text : overrides) apply_override(root, override_text);
  Recipe recipe;
  read_struct(root, "", recipe);
  settle(recipe, name);
  return recipe;
}

Recipe read_recipe(const std::string& path, const Overrides& overrides) {
  return parse_recipe(read_text(path), path, overrides);
}

}  // namespace tenon::recipe
