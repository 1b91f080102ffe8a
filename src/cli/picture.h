// Pictures drawn with the characters of a terminal.
#pragma once

#include <span>
#include <string>

#include "tenon/tensor.h"

namespace tenon::cli {

// Of items [N, height, width], or [N, 1, height, width], side by side, each over its caption.
std::string pictures(const Tensor& items, std::span<const std::string> captions);

}  // namespace tenon::cli
