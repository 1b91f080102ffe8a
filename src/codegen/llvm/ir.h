// What every file here writes LLVM's IR with: the builder, the types of elements in registers and in memory,
// and values spread over the lanes of a vector.
#pragma once

#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <functional>
#include <string>

#include "codegen/target.h"
#include "tenon/dtype.h"

namespace tenon::codegen {

using LlvmValue = llvm::Value*;

// What every function we make is marked with: no exceptions, vectors as wide as there are, no calls of the C
// library in place of loops.
void set_attributes(llvm::Function& function);

class Ir {
 public:
  Ir(llvm::Module& module, const Target& target);

  llvm::IRBuilder<>& b() { return builder_; }
  llvm::Module& module() { return module_; }
  Simd simd() const { return target_.simd; }
  int lanes() const { return lanes_of(target_.simd); }
  bool has_masks() const { return target_.simd == Simd::avx512; }  // for loads and stores of every type
  bool has_fma() const { return target_.simd != Simd::sse; }

  llvm::Type* in_register(DType type);  // f16 and bf16 as float, bool as i1
  llvm::Type* in_memory(DType type);    // bf16 and, where the processor cannot convert it, f16 as i16
  static llvm::Type* vector(llvm::Type* element, int width);  // the element itself where width is 1
  static int width(llvm::Type* type);                         // 1 of a scalar
  static int width(LlvmValue value) { return width(value->getType()); }

  llvm::Constant* i64(std::int64_t number) { return builder_.getInt64(static_cast<std::uint64_t>(number)); }
  // 0, 1, 2, …
  llvm::Constant* steps(llvm::Type* integer, int width, std::int64_t stride = 1);
  llvm::Constant* first_lanes(int width, int count);  // a mask of the first `count`

  // `none` where no lane of the condition holds, else what `some` writes.
  LlvmValue unless_none(LlvmValue condition, LlvmValue none, const std::function<LlvmValue()>& some);
  // A function of the module's own, written on the first call.
  llvm::Function* helper(const std::string& name, llvm::FunctionType* type,
                         const std::function<void(llvm::Function*)>& write);

  // A scalar in every lane. It is spread where it is made, once, not where it is used.
  LlvmValue splat(LlvmValue scalar, int width);

 private:
  llvm::Module& module_;
  Target target_;
  llvm::IRBuilder<> builder_;
  llvm::DenseMap<LlvmValue, LlvmValue> splats_;
};

}  // namespace tenon::codegen
