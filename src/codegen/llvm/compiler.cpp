// The entry of the module: kernels in, an object out. The loops come already vectorised, so that no passes of
// LLVM's but the code generator's own run over them.
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>

#include <mutex>
#include <stdexcept>

#include "codegen/llvm/nest.h"
#include "codegen/llvm_compiler.h"

namespace tenon::codegen {
namespace {

constexpr const char* kTriple = "x86_64-unknown-linux-gnu";

const char* cpu_of(Simd simd) {
  constexpr const char* kCpus[] = {"x86-64", "x86-64-v3", "x86-64-v4"};
  return kCpus[static_cast<std::size_t>(simd)];
}

std::unique_ptr<llvm::TargetMachine> machine_for(const Target& target) {
  std::string error;
  const llvm::Target* const x86 = llvm::TargetRegistry::lookupTarget(kTriple, error);
  if (!x86) throw std::runtime_error("LLVM has no code generator for x86-64: " + error);
  return std::unique_ptr<llvm::TargetMachine>(
      x86->createTargetMachine(kTriple, cpu_of(target.simd), "", {}, llvm::Reloc::PIC_,
                               llvm::CodeModel::Small, llvm::CodeGenOptLevel::Less));
}

class Writer {
 public:
  // How the functions of kernels are linked: seen from outside, or not.
  Writer(llvm::Module& module, const Target& target, llvm::GlobalValue::LinkageTypes linkage)
      : module_(module), target_(target), linkage_(linkage) {}

  llvm::Function* kernel(std::size_t number, const Kernel& kernel) {
    const Analysis analysis(kernel);
    std::vector<llvm::Function*> nests;
    for (std::size_t i = 0; i < kernel.nests.size(); ++i) {
      nests.push_back(function(nest_symbol(number, kernel.name, i), true));
      Ir ir(module_, target_);
      NestWriter(ir, kernel, analysis, kernel.nests[i], nests.back()).write();
    }
    llvm::Function* const run = function(run_symbol(number, kernel.name), false);
    write_run(run, kernel, nests);
    return run;
  }

 private:
  llvm::Function* function(const std::string& name, bool part) {
    llvm::LLVMContext& context = module_.getContext();
    llvm::Type* const i64 = llvm::Type::getInt64Ty(context);
    std::vector<llvm::Type*> arguments = {llvm::PointerType::get(context, 0)};
    if (part) arguments.insert(arguments.end(), {i64, i64});
    auto* const type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), arguments, false);
    auto* const made = llvm::Function::Create(type, linkage_, name, module_);
    set_attributes(*made);
    return made;
  }

  void write_run(llvm::Function* run, const Kernel& kernel, const std::vector<llvm::Function*>& nests) {
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(module_.getContext(), "entry", run));
    for (std::size_t i = 0; i < nests.size(); ++i) {
      const auto extent = static_cast<std::uint64_t>(kernel.nests[i].root.extent);
      b.CreateCall(nests[i], {run->getArg(0), b.getInt64(0), b.getInt64(extent)});
    }
    b.CreateRetVoid();
  }

  llvm::Module& module_;
  const Target& target_;
  llvm::GlobalValue::LinkageTypes linkage_;
};

// Writes the entry point: each call with a table of addresses on the stack.
class EntryWriter {
 public:
  EntryWriter(llvm::Module& module, const EntryPoint& entry)
      : module_(module), entry_(entry), b_(module.getContext()), constants_(make_constants()) {}

  void write(const std::vector<llvm::Function*>& kernels) {
    const std::vector<llvm::Type*> arguments(entry_.arguments, b_.getPtrTy());
    auto* const type = llvm::FunctionType::get(b_.getVoidTy(), arguments, false);
    function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, entry_.name, module_);
    set_attributes(*function_);
    b_.SetInsertPoint(llvm::BasicBlock::Create(module_.getContext(), "entry", function_));
    auto* const table = b_.CreateAlloca(b_.getPtrTy(), b_.getInt64(most_buffers()));
    for (const EntryPoint::Call& call : entry_.calls) {
      for (std::size_t i = 0; i < call.buffers.size(); ++i)
        b_.CreateStore(address(call.buffers[i]), b_.CreateConstGEP1_64(b_.getPtrTy(), table, i));
      b_.CreateCall(kernels[call.kernel], {table});
    }
    b_.CreateRetVoid();
  }

 private:
  llvm::Constant* make_constants() {
    if (entry_.constants.empty()) return llvm::ConstantPointerNull::get(b_.getPtrTy());
    constexpr std::uint64_t kAlignment = 64;
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(entry_.constants.data());
    llvm::Constant* const content =
        llvm::ConstantDataArray::get(module_.getContext(), llvm::ArrayRef(bytes, entry_.constants.size()));
    auto* const made = new llvm::GlobalVariable(module_, content->getType(), true,
                                                llvm::GlobalValue::InternalLinkage, content, "constants");
    made->setAlignment(llvm::Align(kAlignment));
    return made;
  }

  std::size_t most_buffers() const {
    std::size_t most = 1;
    for (const EntryPoint::Call& call : entry_.calls) most = std::max(most, call.buffers.size());
    return most;
  }

  LlvmValue address(const EntryPoint::Place& place) {
    LlvmValue base = constants_;
    if (place.argument != EntryPoint::kConstants) base = function_->getArg(place.argument);
    return b_.CreateConstGEP1_64(b_.getInt8Ty(), base, place.offset);
  }

  llvm::Module& module_;
  const EntryPoint& entry_;
  llvm::IRBuilder<> b_;
  llvm::Constant* constants_;
  llvm::Function* function_ = nullptr;
};

std::vector<std::byte> emit(llvm::TargetMachine& machine, llvm::Module& module) {
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream stream(object);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile, true))
    throw std::runtime_error("LLVM cannot write objects for this target");
  passes.run(module);
  const auto* const bytes = reinterpret_cast<const std::byte*>(object.data());
  return {bytes, bytes + object.size()};
}

class Compiler final : public LlvmCompiler {
 public:
  Compiler() {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  }

  std::vector<std::byte> compile(std::span<const Kernel> kernels, const Target& target) override {
    return object_of(target, [&](llvm::Module& module) {
      Writer writer(module, target, llvm::GlobalValue::ExternalLinkage);
      for (std::size_t i = 0; i < kernels.size(); ++i) writer.kernel(i, kernels[i]);
    });
  }

  std::vector<std::byte> compile(std::span<const Kernel> kernels, const EntryPoint& entry,
                                 const Target& target) override {
    return object_of(target, [&](llvm::Module& module) {
      Writer writer(module, target, llvm::GlobalValue::InternalLinkage);
      std::vector<llvm::Function*> functions;
      for (std::size_t i = 0; i < kernels.size(); ++i) functions.push_back(writer.kernel(i, kernels[i]));
      EntryWriter(module, entry).write(functions);
    });
  }

 private:
  template <class Write>
  static std::vector<std::byte> object_of(const Target& target, const Write& write) {
    const auto machine = machine_for(target);
    llvm::LLVMContext context;
    llvm::Module module("tenon", context);
    module.setTargetTriple(kTriple);
    module.setDataLayout(machine->createDataLayout());
    write(module);
    check(module);
    return emit(*machine, module);
  }

  // Ours is the fault where this finds one; the cost is small beside that of code generation.
  static void check(const llvm::Module& module) {
    std::string report;
    llvm::raw_string_ostream stream(report);
    if (llvm::verifyModule(module, &stream)) throw std::logic_error("invalid LLVM IR: " + report);
  }
};

}  // namespace
}  // namespace tenon::codegen

extern "C" __attribute__((visibility("default"))) tenon::codegen::LlvmCompiler* tenon_llvm_compiler() {
  static tenon::codegen::Compiler compiler;
  return &compiler;
}
