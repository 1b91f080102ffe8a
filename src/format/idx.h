// IDX, the format of MNIST and its kin: a type, the dimensions, then big-endian elements. Plain or gzip.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

Tensor read_idx(const std::string& path);
Tensor read_idx(Bytes bytes, std::string_view name);  // `name` for errors

}  // namespace tenon
