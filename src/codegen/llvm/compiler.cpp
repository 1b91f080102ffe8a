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
  Writer(llvm::Module& module, const Target& target) : module_(module), target_(target) {}

  void kernel(std::size_t number, const Kernel& kernel) {
    const Analysis analysis(kernel);
    std::vector<llvm::Function*> nests;
    for (std::size_t i = 0; i < kernel.nests.size(); ++i) {
      nests.push_back(function(nest_symbol(number, kernel.name, i), true));
      Ir ir(module_, target_);
      NestWriter(ir, kernel, analysis, kernel.nests[i], nests.back()).write();
    }
    write_run(function(run_symbol(number, kernel.name), false), kernel, nests);
  }

 private:
  llvm::Function* function(const std::string& name, bool part) {
    llvm::LLVMContext& context = module_.getContext();
    llvm::Type* const i64 = llvm::Type::getInt64Ty(context);
    std::vector<llvm::Type*> arguments = {llvm::PointerType::get(context, 0)};
    if (part) arguments.insert(arguments.end(), {i64, i64});
    auto* const type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), arguments, false);
    auto* const made = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
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
    const auto machine = machine_for(target);
    llvm::LLVMContext context;
    llvm::Module module("tenon", context);
    module.setTargetTriple(kTriple);
    module.setDataLayout(machine->createDataLayout());
    Writer writer(module, target);
    for (std::size_t i = 0; i < kernels.size(); ++i) writer.kernel(i, kernels[i]);
    check(module);
    return emit(*machine, module);
  }

 private:
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
