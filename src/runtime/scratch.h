// Scratch memory that all plans of a run share: one runs at a time.
#pragma once

#include "backend/backend.h"

namespace tenon {

class Scratch {
 public:
  explicit Scratch(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}
  void reserve(std::size_t bytes);
  void* address() const { return memory_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<Backend> backend_;
  Memory memory_;
  std::size_t bytes_ = 0;
};

}  // namespace tenon
