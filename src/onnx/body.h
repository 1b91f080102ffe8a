// A graph that is being written, and what it captures: a body of if, loop or scan sees nothing of the graph
// around it but what it is handed.
#pragma once

#include "onnx/known.h"

namespace tenon::onnx {

class Body {
 public:
  Body(std::string name, Body* around) : graph_(std::move(name)), around_(around) {}

  Graph& graph() { return graph_; }

  // What stands here for a value of this graph or one around it. A small constant is copied, any other value
  // becomes an input after those that the body has already.
  Value bring(Value value);
  // The inputs that later `bring`s would make, in the order of `captured`, made now.
  void bring_all(const std::vector<Value>& values);
  // What is known of a value of this graph while importing.
  Known& known() { return known_; }

  const std::vector<Value>& captured() const { return captured_; }  // in the graph around
  Graph take() { return std::move(graph_); }

 private:
  Graph graph_;
  Known known_;
  Body* around_;
  std::vector<Value> captured_;
  std::vector<Value> inside_;
};

}  // namespace tenon::onnx
