// Elements in a file beside the model. Only a plain file in the model's folder or below it is read: a path
// that leads out of it, through a link or by `..`, is an error.
#pragma once

#include "onnx/model.h"

namespace tenon::onnx {

struct ExternalData {
  std::string_view location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

struct OwnedBytes {
  std::span<std::byte> bytes;
  std::shared_ptr<void> owner;
};

// One entry of TensorProto.external_data.
void read_external(const Origin& origin, std::string_view message, ExternalData& external);
OwnedBytes load_external(const Origin& origin, std::string_view tensor, const ExternalData& external);

}  // namespace tenon::onnx
