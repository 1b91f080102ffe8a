// Weights packed for the library: the tag by which the program knows of them.
#pragma once

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

struct PackedForm {
  Operand plain;   // as the program has them
  Operand packed;  // of the same type and dimensions
};

// "[784, 128]:ab > AB16a64b"
std::string tag_of(const PackedForm& form);
PackedForm form_of(std::string_view tag, DType dtype);

}  // namespace tenon::onednn
