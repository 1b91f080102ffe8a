// Bytes that stand for numbers, recognised in a typed program: q for (q - zero) · scale.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

struct ByteFactor {
  Value bytes;       // u8 or i8
  Value zero = {};   // i32, from before it was broadcast; undefined: 0
  Value scale = {};  // from before it was broadcast; undefined: 1
};

// What a factor of a product, in i32 or f32, was made of; none where it was not made of bytes.
std::optional<ByteFactor> byte_factor(Value factor);
// The same numbers of the other sign: i8 and u8 are 128 apart, and so are their zero points.
ByteFactor as_unsigned(ByteFactor factor);
ByteFactor as_signed(ByteFactor factor);

}  // namespace tenon
