// The header of a safetensors file: its length (64 bits), then JSON.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/safetensors.h"

namespace tenon {

struct SafeTensorEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape = {};
  std::uint64_t begin = 0, end = 0;  // in the data, which follow the header
};

struct SafeTensorHeader {
  std::uint64_t size = 0;  // of all that comes before the data
  std::vector<SafeTensorEntry> entries = {};
  std::map<std::string, std::string> metadata = {};
};

SafeTensorHeader parse_safetensor_header(Bytes file, std::string_view name);

// Padded with spaces, so that the data begin at a multiple of 64 bytes.
std::string safetensor_header(const SafeTensors& content);

}  // namespace tenon
