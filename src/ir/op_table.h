// The op table as storage. The op room fills it with its rows; see include/tenon/op.h for what a row is.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_map>

#include "tenon/op.h"

namespace tenon {

class OpTable {
 public:
  static OpTable& global();

  void define(Op op, OpDef definition);  // a row of the built-in list; its name is the list's
  Op add(OpDef definition);              // a user's
  const OpDef& at(Op op) const;
  std::optional<Op> find(std::string_view name) const;
  std::vector<Op> defined() const;

 private:
  OpTable();
  mutable std::mutex mutex_;
  std::deque<OpDef> rows_;  // a deque: rows never move
  std::unordered_map<std::string, Op> by_name_;
};

// Defined by the op room: the one link that runs against the includes, so that a program needs no set-up
// call.
void define_builtin_ops(OpTable& table);

std::string_view builtin_name(Op op);

}  // namespace tenon
