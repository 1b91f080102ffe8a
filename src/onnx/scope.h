// The names of a model's values, and what stands for them in the program.
#pragma once

#include <unordered_map>

#include "onnx/body.h"
#include "onnx/model.h"

namespace tenon::onnx {

class Import;

// What a name stands for: a value or, while the model is imported, a sequence of them.
struct Item {
  Item() = default;
  Item(Value one) : value(one) {}  // NOLINT: most items are values
  static Item list(std::vector<Value> values) {
    Item item;
    item.sequence = std::make_shared<const std::vector<Value>>(std::move(values));
    return item;
  }
  bool defined() const { return value.defined() || sequence; }

  Value value;
  std::shared_ptr<const std::vector<Value>> sequence;
};

class Scope {
 public:
  // `seen` is the scope whose names are seen from here too, for the body of a control node.
  Scope(Import& import, Body& body, Scope* seen, const Opsets& opsets)
      : import_(import), body_(body), seen_(seen), opsets_(opsets) {}

  Body& body() { return body_; }
  Graph& graph() { return body_.graph(); }
  Import& import() { return import_; }
  const Opsets& opsets() const { return opsets_; }

  void define(std::string_view name, Item item);
  void define_initialiser(const TensorDef& tensor);
  bool defines(std::string_view name) const { return items_.contains(name) || initialisers_.contains(name); }
  // What the name stands for, in this scope's graph; not defined where nothing does.
  Item find(std::string_view name);

  // In a function's scope: the attributes of the call, and those that stand for the missing ones.
  using Arguments = std::map<std::string_view, const Attribute*>;
  void set_arguments(Arguments arguments) { arguments_ = std::move(arguments); }
  const Attribute* argument(std::string_view name) const;

 private:
  Item bring(const Item& item);

  Import& import_;
  Body& body_;
  Scope* seen_;
  const Opsets& opsets_;
  std::unordered_map<std::string_view, Item> items_;
  std::unordered_map<std::string_view, const TensorDef*> initialisers_;  // not used yet
  Arguments arguments_;
};

}  // namespace tenon::onnx
