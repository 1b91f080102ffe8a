// A graph that is being written, and what it captures: a body of if, loop or scan sees nothing of the graph
// around it but what it is handed.
#pragma once

#include "onnx/known.h"

namespace tenon::onnx {

class Body {
 public:
  Body(std::string name, Body& around) : Body(std::move(name), around.budget_) { around_ = &around; }
  Body(std::string name, Budget& budget) : graph_(std::move(name)), budget_(budget), known_(graph_, budget) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Graph& graph() { return graph_; }

  // What stands here for a value of this graph or one around it. A small constant is copied, any other value
  // becomes an input after those that the body has already.
  Value bring(Value value);
  // The inputs that later `bring`s would make, in the order of `captured`, made now.
  void bring_all(const std::vector<Value>& values);
  // The key of what random nodes draw here: an input of the outermost graph, and in a loop another one each
  // turn.
  Value random_key();
  void set_turn(Value turn) { turn_ = turn; }
  // What is known of a value of this graph while importing.
  Known& known() { return known_; }

  const std::vector<Value>& captured() const { return captured_; }  // in the graph around
  // Pays for the nodes that were written since the last time.
  void pay();
  Graph take() { return std::move(graph_); }

 private:
  Graph graph_;
  Budget& budget_;
  Known known_;
  std::int64_t turn_stride() const;

  Body* around_ = nullptr;
  Value turn_;            // of the loop whose body this is
  Value random_key_;      // of the outermost graph
  std::size_t paid_ = 0;  // nodes
  std::vector<Value> captured_;
  std::vector<Value> inside_;
};

}  // namespace tenon::onnx
