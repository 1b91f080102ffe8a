#include "codegen/llvm_compiler.h"
#include "tenon/error.h"

namespace tenon::codegen {

std::string run_symbol(std::size_t kernel, std::string_view name) {
  return cat('k', kernel, '_', name, "_run");
}

std::string nest_symbol(std::size_t kernel, std::string_view name, std::size_t nest) {
  return cat('k', kernel, '_', name, "_nest", nest);
}

}  // namespace tenon::codegen
