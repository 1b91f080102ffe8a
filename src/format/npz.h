// NPZ, NumPy's file of several named arrays: a ZIP archive of NPY files.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

NamedTensors read_npz(const std::string& path);  // names without their ".npy", in the order of the archive
NamedTensors read_npz(Bytes bytes, std::string_view name);  // `name` for errors
void write_npz(const std::string& path, const NamedTensors& tensors);

}  // namespace tenon
