// A primitive whose arguments lie as the program has them: where the library wants another layout, a reorder
// stands before it, or after it for the result.
#pragma once

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

class Arranged {
 public:
  // `given`: the operands as the program has them, in the primitive's order. Empty where there is no such
  // reorder.
  static std::optional<Arranged> make(Primitive primitive, std::span<const Operand> given, int threads);

  std::size_t scratch_bytes() const { return scratch_bytes_; }
  std::string describe() const;
  // How the primitive reads an argument that is reordered for it in every run; empty where it reads it as it
  // lies.
  std::optional<Operand> rearranged(std::size_t argument) const;
  Arranged twin() const;  // for a caller beside this one's
  // Arguments in the primitive's order; one caller at a time.
  void run(std::span<void* const> args, void* scratch);

 private:
  struct Reorder {
    std::size_t argument;
    Primitive primitive;
    std::size_t offset;          // of the rearranged tensor in the scratch
    std::size_t scratch_offset;  // of the reorder's own scratch
  };
  explicit Arranged(Primitive primitive) : primitive_(std::move(primitive)) {}
  std::size_t reserve(std::size_t bytes);

  Primitive primitive_;
  std::vector<Reorder> before_;
  std::optional<Reorder> after_;
  std::vector<void*> arguments_;
  std::size_t scratch_bytes_ = 0;
  std::size_t own_offset_ = 0;
};

}  // namespace tenon::onednn
