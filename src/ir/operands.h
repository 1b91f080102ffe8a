// Operands: inputs that stand for attributes for as long as their values are not known (OpDef::operands).
#pragma once

#include <optional>
#include <span>

#include "tenon/op.h"

namespace tenon {

// Whether the last inputs of a node are its operands.
bool has_operands(const OpDef& def, std::size_t inputs);
// How many of its inputs are not.
std::size_t count_data_inputs(const OpDef& def, std::size_t inputs);

// Fails where one of the inputs, by type, cannot be an operand.
void check_operands(const OpDef& def, std::span<const Type> inputs);

// The attributes with those that the operands give; nothing where the value of one is not known. `values` are
// of all inputs, those not known not `defined()`.
std::optional<Attrs> known_attrs(const OpDef& def, const Attrs& attrs, std::span<const Tensor> values);

// A node with operands whose inputs are all known, with attributes in their place.
Node settled(const Node& node, std::span<const Tensor> inputs);

}  // namespace tenon
