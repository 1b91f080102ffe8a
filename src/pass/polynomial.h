// Arithmetic read as a polynomial: however an expression is written, its polynomial is the same.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "pass/matcher.h"

namespace tenon {

// By the powers of two unknowns, what they are multiplied by; none is 0.
using Powers = std::array<int, 2>;
using Polynomial = std::map<Powers, double>;

// 0.5 * x * (1 + e) is {{1, 0}: 0.5, {1, 1}: 0.5} in x and e. Nothing where a value is made of other things
// too, or by more than sums, products and whole powers.
std::optional<Polynomial> polynomial_of(const Matcher& matcher, Ref value, Ref x, Ref e);
std::optional<Polynomial> polynomial_of(const Matcher& matcher, Ref value, Ref x);

// The values that such an expression is made of: itself, what it sums and multiplies, and so on.
std::vector<Ref> terms_of(const Matcher& matcher, Ref value);

// Whether they are the same but for the rounding of their numbers.
bool is_nearly(const Polynomial& polynomial, const Polynomial& other, DType dtype);

}  // namespace tenon
