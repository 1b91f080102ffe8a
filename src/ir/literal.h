// How numbers and tensors are spelled in the text form: exactly, down to the bits of a NaN.
#pragma once

#include <string>
#include <string_view>

#include "tenon/tensor.h"

namespace tenon {

// Shortest decimal that reads back the same; inf, -inf, nan for the usual quiet NaN, nan(0x…) for others.
std::string spell_element(const Tensor& tensor, std::int64_t position);
std::string spell_number(double number);

// False where the spelling is none of the type, or out of its range.
bool read_element(std::string_view spelling, const Tensor& into, std::int64_t position);
bool read_number(std::string_view spelling, double& number);
bool read_integer(std::string_view spelling, std::int64_t& integer);

// The bytes, little end first, as hexadecimal digits.
std::string spell_bytes(const Tensor& tensor);
// The digits must say every byte of the tensor, and nothing that is no element of its type.
bool read_bytes(std::string_view digits, const Tensor& into);

}  // namespace tenon
