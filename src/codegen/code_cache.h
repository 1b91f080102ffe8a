// Compiled objects on disk, found by what they were compiled from. A cache is only ever a help: whatever is
// wrong with the folder or a file in it is logged and otherwise as if there were none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "codegen/loop.h"
#include "codegen/target.h"

namespace tenon::codegen {

extern const char* const kCodeVersion;  // changes with the printer's sources and with LLVM; made by the build

// All that machine code is a function of: the kernels, the target, the versions of LLVM and of the printer.
std::string content_of(std::span<const Kernel> kernels, const Target& target);

class CodeCache {
 public:
  // In TENON_CACHE_DIR, else below XDG_CACHE_HOME or ~/.cache; none where TENON_CACHE is `off`.
  static std::optional<CodeCache> standard();

  // The folder is made where it is missing. It must belong to this user and be closed to all others, as what
  // lies there is run.
  explicit CodeCache(std::string folder, std::uint64_t most_bytes = std::uint64_t{256} << 20);

  bool usable() const { return usable_; }
  std::optional<std::string> find(const std::string& content) const;
  void store(const std::string& content, Bytes object) const;

 private:
  std::string path_of(const std::string& content) const;
  void make_room() const;

  std::string folder_;
  std::uint64_t most_bytes_;
  bool usable_ = false;
};

}  // namespace tenon::codegen
