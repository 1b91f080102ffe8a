// Passes are tested as text: a program, the pass, a program.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tenon/graph.h"

namespace tenon {

// Compares in the printed form, so that the expected text may leave out types and name values as it likes.
template <class Pass>
void expect_pass(std::string_view before, const Pass& pass, std::string_view after) {
  EXPECT_EQ(print(pass(parse(before))), print(parse(after)));
}

}  // namespace tenon
