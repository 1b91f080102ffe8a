// NPY, NumPy's file of one array: a Python dictionary that describes it, then the elements. Versions 1 to 3;
// also gzip. Arrays of Python objects are refused: reading one would run code from the file.
#pragma once

#include <string>
#include <string_view>

#include "format/source.h"

namespace tenon {

// Big-endian and Fortran-ordered arrays are converted.
Tensor read_npy(const std::string& path);
Tensor read_npy(Bytes bytes, std::string_view name);  // `name` for errors
Tensor read_npy(Source& source);                      // to the source's end

// NPY knows no bfloat16. Those are written, as JAX does, as two opaque bytes ("V2"), which read_npy takes for
// bfloat16 and NumPy turns into numbers by `.view(ml_dtypes.bfloat16)`.
void write_npy(const std::string& path, const Tensor& tensor);
std::string npy_header(const Tensor& tensor);  // all that comes before the elements

}  // namespace tenon
