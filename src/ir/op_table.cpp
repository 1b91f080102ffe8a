#include "ir/op_table.h"

#include <algorithm>
#include <array>

namespace tenon {

namespace {
constexpr std::array kNames = {
#define TENON_OP(name) std::string_view(#name),
    TENON_OPS(TENON_OP)
#undef TENON_OP
};
}  // namespace

std::string_view builtin_name(Op op) { return kNames.at(static_cast<std::size_t>(op)); }

OpTable::OpTable() {
  rows_.resize(kFirstUserOp);
  define_builtin_ops(*this);
}

OpTable& OpTable::global() {
  static OpTable table;
  return table;
}

void OpTable::define(Op op, OpDef definition) {
  definition.name = builtin_name(op);
  by_name_.emplace(definition.name, op);
  rows_[static_cast<std::size_t>(op)] = std::move(definition);
}

namespace {
void check_operand(const OpDef& def, const std::string& operand) {
  const auto spec = std::ranges::find(def.attrs, operand, &AttrSpec::name);
  require(spec != def.attrs.end() && (spec->kind == AttrKind::ints || spec->kind == AttrKind::integer),
          "op '", def.name, "': the operand '", operand, "' must be an attribute of one integer or several");
}

void check_operands(const OpDef& def) {
  if (def.operands.empty()) return;
  require(def.min_inputs == def.max_inputs, "op '", def.name,
          "' has operands, so it must have a fixed number of other inputs");
  require(static_cast<bool>(def.infer_open), "op '", def.name, "' has operands: set OpDef::infer_open");
  for (const std::string& operand : def.operands) check_operand(def, operand);
}
}  // namespace

Op OpTable::add(OpDef definition) {
  require(!definition.name.empty(), "an op must have a name");
  require(static_cast<bool>(definition.infer), "op '", definition.name,
          "' has no type rule: set OpDef::infer");
  require(definition.kernel || definition.decompose, "op '", definition.name,
          "' has neither a reference kernel nor a decomposition: it could not be run");
  check_operands(definition);
  const std::lock_guard lock(mutex_);
  const Op op = static_cast<Op>(rows_.size());
  require(by_name_.emplace(definition.name, op).second, "there is an op named '", definition.name,
          "' already");
  rows_.push_back(std::move(definition));
  return op;
}

const OpDef& OpTable::at(Op op) const {
  const std::lock_guard lock(mutex_);
  return rows_.at(static_cast<std::size_t>(op));
}

std::optional<Op> OpTable::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Op> OpTable::defined() const {
  const std::lock_guard lock(mutex_);
  std::vector<Op> ops;
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!rows_[i].name.empty()) ops.push_back(static_cast<Op>(i));
  return ops;
}

const OpDef& definition(Op op) { return OpTable::global().at(op); }
std::optional<Op> find_op(std::string_view name) { return OpTable::global().find(name); }
std::vector<Op> all_ops() { return OpTable::global().defined(); }
Op register_op(OpDef definition) { return OpTable::global().add(std::move(definition)); }

}  // namespace tenon
