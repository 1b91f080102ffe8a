// How much memory may be made of a model: in proportion to its files, whatever they say. What is made pays
// about its size before or right after it is made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tenon/error.h"

namespace tenon::onnx {

class Budget {
 public:
  explicit Budget(std::size_t file_bytes) { add_file(file_bytes); }

  // Data beside the model is a part of it.
  void add_file(std::size_t bytes) {
    files_ += bytes;
    left_ += kEachByte * static_cast<std::int64_t>(bytes);
  }

  bool has(std::size_t bytes) const { return static_cast<std::int64_t>(bytes) <= left_; }
  void require(std::size_t bytes) const {
    tenon::require(has(bytes), "it would take more memory than a model of ", files_, " bytes may");
  }
  void take(std::size_t bytes) {
    require(bytes);
    left_ -= static_cast<std::int64_t>(bytes);
  }

 private:
  static constexpr std::int64_t kAlways = std::int64_t{48} << 20;
  static constexpr std::int64_t kEachByte = 9;
  std::int64_t left_ = kAlways;
  std::size_t files_ = 0;
};

}  // namespace tenon::onnx
