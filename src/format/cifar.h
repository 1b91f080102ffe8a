// CIFAR's binary version: records of labels, each a byte, and a picture of 32 x 32 in planes of red, green
// and blue. Plain or gzip.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

enum class Cifar { ten, hundred };  // with one label a picture, or two: coarse and fine

// "x" u8[N, 3, 32, 32] and "y" u8[N]; of CIFAR-100 "y" is the fine label, and "coarse" u8[N] stands after it.
NamedTensors read_cifar(const std::string& path, Cifar kind);
NamedTensors read_cifar(Bytes bytes, std::string_view name, Cifar kind);  // `name` for errors

}  // namespace tenon
