// The C header of an object.
#pragma once

#include <string_view>

#include "codegen/target.h"
#include "plan/plan.h"

namespace tenon::ahead {

// `text` as a C identifier: an underscore for what can stand in none.
std::string identifier(std::string_view text);

std::string c_header(const Plan& plan, const std::string& name, codegen::Simd simd);

}  // namespace tenon::ahead
