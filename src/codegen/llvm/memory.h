// Loads and stores of all lanes at once: whole vectors, single elements, vectors put together from a few when
// the stride is small, gathers and scatters.
#pragma once

#include "codegen/llvm/position.h"

namespace tenon::codegen {

class Memory {
 public:
  Memory(Ir& ir, const Kernel& kernel, Positions& positions, const std::vector<LaneDim>& lanes,
         LlvmValue buffers);

  // `when`: of i1, or null for always.
  Bundle load(Buffer buffer, const Position& position, const Bundle* when);
  void store(Buffer buffer, const Position& position, const Bundle& value, const Bundle* when);

 private:
  struct Access;  // one register's worth

  Counts counts(const Position& position, const Bundle* when) const;
  Access access(Buffer buffer, const Position& position);
  LlvmValue mask_of(const Copy& copy, const Bundle* when);
  LlvmValue pointer(const Access& access, const Copy& copy, std::int64_t extra = 0);
  LlvmValue pointers(const Access& access, const Copy& copy);
  LlvmValue load_scalar(const Access& access, const Copy& copy, LlvmValue when);
  LlvmValue load_vector(const Access& access, const Copy& copy, LlvmValue mask);
  LlvmValue load_strided(const Access& access, const Copy& copy);
  LlvmValue load_picked(const Access& access, const Copy& copy, LlvmValue mask);
  LlvmValue wanted(const std::vector<std::int64_t>& places, std::int64_t first, LlvmValue mask);
  void store_scalar(const Access& access, const Copy& copy, LlvmValue value, LlvmValue when);
  void store_vector(const Access& access, const Copy& copy, LlvmValue value, LlvmValue mask);
  LlvmValue spare(bool writable);  // 8 bytes that stand in for what must not be touched

  Ir& ir_;
  const Kernel& kernel_;
  Positions& positions_;
  const std::vector<LaneDim>& lanes_;
  std::vector<LlvmValue> buffers_;
  LlvmValue read_spare_ = nullptr;
  LlvmValue write_spare_ = nullptr;
};

}  // namespace tenon::codegen
