// Machine code out of a relocatable ELF object for x86-64, made to run without LLVM and without the system's
// linker: sections are copied into memory of our own, joined, and made executable and no longer writable.
// An object may refer to nothing outside itself.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tenon::codegen {

class ObjectCode {
 public:
  // Throws an Error where the bytes are not such an object; never reads beyond them.
  static std::shared_ptr<const ObjectCode> load(std::span<const std::byte> object);
  ~ObjectCode();
  ObjectCode(const ObjectCode&) = delete;
  ObjectCode& operator=(const ObjectCode&) = delete;

  void* function(std::string_view name) const;  // throws an Error where there is none

 private:
  ObjectCode() = default;
  friend class ObjectLoader;

  std::span<std::byte> memory_;
  std::unordered_map<std::string, void*> functions_;
};

}  // namespace tenon::codegen
