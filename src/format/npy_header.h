// The dictionary at the start of an NPY file: a small, literal part of Python's syntax.
#pragma once

#include <cstdint>
#include <string_view>

#include "format/source.h"

namespace tenon {

// `offset` is where `text` stands in the file.
ElementLayout parse_npy_header(std::string_view text, std::string_view name, std::uint64_t offset);

// NumPy's spelling of a type: "<f4", "|b1".
std::string_view npy_descr(DType dtype);

}  // namespace tenon
