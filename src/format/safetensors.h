// safetensors: a JSON header (names, types, shapes, where each lies), then the elements, without gaps.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/files.h"
#include "tenon/tensor.h"

namespace tenon {

struct SafeTensors {
  NamedTensors tensors = {};  // in the order of the file
  std::map<std::string, std::string> metadata = {};
};

// The tensors lie in the mapped file: nothing is read before it is touched. Only a tensor that is not aligned
// to its own elements is copied.
SafeTensors read_safetensors(const std::string& path);
// From memory that `owner` keeps alive; `name` for errors.
SafeTensors read_safetensors(std::span<std::byte> bytes, std::string_view name,
                             const std::shared_ptr<void>& owner);

// Tensors with wide elements go first, so that all are aligned; otherwise their order is kept.
void write_safetensors(const std::string& path, const SafeTensors& content);
void write_safetensors(FileWriter& file, const SafeTensors& content);

}  // namespace tenon
