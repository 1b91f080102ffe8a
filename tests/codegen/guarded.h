// Memory whose end is the end of what may be touched.
#pragma once

#include <cstddef>

namespace tenon::codegen {

class Guarded {
 public:
  explicit Guarded(std::size_t bytes);
  Guarded(Guarded&& other) noexcept;
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded();

  std::byte* data() const { return data_; }
  bool untouched_before() const;  // the bytes before the data are as they were made

 private:
  std::byte* pages_ = nullptr;
  std::size_t mapped_ = 0;
  std::byte* data_ = nullptr;
};

}  // namespace tenon::codegen
