#include "codegen/llvm/ir.h"

#include <vector>

namespace tenon::codegen {

void set_attributes(llvm::Function& function) {
  function.setDSOLocal(true);
  function.setDoesNotThrow();
  function.addFnAttr("prefer-vector-width", "512");
  function.addFnAttr("min-legal-vector-width", "512");
  function.addFnAttr("no-builtins");
}

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

LlvmValue Ir::unless_none(LlvmValue condition, LlvmValue none, const std::function<LlvmValue()>& some) {
  if (width(condition) > 1) {
    llvm::Type* const bits = builder_.getIntNTy(static_cast<unsigned>(width(condition)));
    condition = builder_.CreateIsNotNull(builder_.CreateBitCast(condition, bits));
  }
  llvm::BasicBlock* const before = builder_.GetInsertBlock();
  llvm::Function* const function = before->getParent();
  llvm::BasicBlock* const rare = llvm::BasicBlock::Create(builder_.getContext(), "some", function);
  llvm::BasicBlock* const after = llvm::BasicBlock::Create(builder_.getContext(), "after", function);
  builder_.CreateCondBr(condition, rare, after);
  builder_.SetInsertPoint(rare);
  const LlvmValue value = some();
  llvm::BasicBlock* const rare_end = builder_.GetInsertBlock();
  builder_.CreateBr(after);
  builder_.SetInsertPoint(after);
  llvm::PHINode* const result = builder_.CreatePHI(none->getType(), 2);
  result->addIncoming(none, before);
  result->addIncoming(value, rare_end);
  return result;
}

llvm::Function* Ir::helper(const std::string& name, llvm::FunctionType* type,
                           const std::function<void(llvm::Function*)>& write) {
  if (llvm::Function* const known = module_.getFunction(name)) return known;
  auto* const made = llvm::Function::Create(type, llvm::Function::InternalLinkage, name, module_);
  set_attributes(*made);
  made->addFnAttr(llvm::Attribute::NoInline);
  const llvm::IRBuilder<>::InsertPointGuard guard(builder_);
  builder_.SetInsertPoint(llvm::BasicBlock::Create(builder_.getContext(), "entry", made));
  write(made);
  return made;
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
