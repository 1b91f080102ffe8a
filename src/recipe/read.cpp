// TOML to a recipe.
#include <algorithm>
#include <thread>

#include "base/files.h"
#include "recipe/quoted.h"
#include "recipe/toml_reader.h"

namespace tenon::recipe {

toml::table parse_toml(std::string_view text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    fail_at(error.source(), error.description());
  }
}

namespace {
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
  const bool has_onnx = !recipe.model.onnx.empty();
  require(has_onnx || !recipe.model.layers.empty(), name,
          ": 'model.layers' must name the layers of the model, or 'model.onnx' a model to go on from");
  require(has_onnx || (recipe.model.head == 0 && recipe.model.freeze.empty()), name,
          ": 'model.head' and 'model.freeze' are of the model that 'model.onnx' names");
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
