#include "codegen/llvm/ir.h"

#include <vector>

namespace tenon::codegen {

Ir::Ir(llvm::Module& module, const Target& target)
    : module_(module), target_(target), builder_(module.getContext()) {
  llvm::FastMathFlags flags;
  flags.setAllowContract();
  builder_.setFastMathFlags(flags);
}

llvm::Type* Ir::in_register(DType type) {
  switch (type) {
    case DType::f64:
      return builder_.getDoubleTy();
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return builder_.getFloatTy();
    case DType::boolean:
      return builder_.getInt1Ty();
    default:
      return builder_.getIntNTy(static_cast<unsigned>(8 * size_of(type)));
  }
}

llvm::Type* Ir::in_memory(DType type) {
  if (type == DType::boolean) return builder_.getInt8Ty();
  if (type == DType::bf16) return builder_.getInt16Ty();
  if (type == DType::f16) return simd() == Simd::sse ? builder_.getInt16Ty() : builder_.getHalfTy();
  return in_register(type);
}

llvm::Type* Ir::vector(llvm::Type* element, int width) {
  return width == 1 ? element : llvm::FixedVectorType::get(element, static_cast<unsigned>(width));
}

int Ir::width(llvm::Type* type) {
  const auto* const vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector ? static_cast<int>(vector->getNumElements()) : 1;
}

llvm::Constant* Ir::steps(llvm::Type* integer, int width, std::int64_t stride) {
  std::vector<llvm::Constant*> numbers;
  for (int lane = 0; lane < width; ++lane)
    numbers.push_back(llvm::ConstantInt::getSigned(integer, lane * stride));
  return width == 1 ? numbers[0] : llvm::ConstantVector::get(numbers);
}

llvm::Constant* Ir::first_lanes(int width, int count) {
  std::vector<llvm::Constant*> bits;
  for (int lane = 0; lane < width; ++lane) bits.push_back(builder_.getInt1(lane < count));
  return llvm::ConstantVector::get(bits);
}

LlvmValue Ir::splat(LlvmValue scalar, int width) {
  if (width == 1 || Ir::width(scalar) > 1) return scalar;
  const auto count = llvm::ElementCount::getFixed(static_cast<unsigned>(width));
  if (auto* const constant = llvm::dyn_cast<llvm::Constant>(scalar))
    return llvm::ConstantVector::getSplat(count, constant);
  LlvmValue& known = splats_[scalar];
  if (known) return known;
  const llvm::IRBuilder<>::InsertPointGuard guard(builder_);
  if (auto* const made = llvm::dyn_cast<llvm::Instruction>(scalar)) {
    const auto after = made->getInsertionPointAfterDef();
    builder_.SetInsertPoint(made->getParent(), after ? *after : made->getParent()->end());
  } else {
    llvm::BasicBlock& entry = llvm::cast<llvm::Argument>(scalar)->getParent()->getEntryBlock();
    builder_.SetInsertPoint(&entry, entry.begin());
  }
  return known = builder_.CreateVectorSplat(count, scalar);
}

}  // namespace tenon::codegen
