#include "codegen/runner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "codegen/compile.h"
#include "codegen/cpp_runner.h"
#include "codegen/guarded.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

using RunAll = void (*)(void* const*);
using RunPart = void (*)(void* const*, std::int64_t, std::int64_t);

// One kernel, by one printer.
struct Code {
  std::string printer;
  RunAll run;
  std::vector<RunPart> nests;
  std::shared_ptr<const void> owner;
};

std::vector<Code> cpp_codes(std::span<const Kernel> kernels) {
  const auto library = std::make_shared<CppCode>(kernels);
  std::vector<Code> codes;
  for (const Kernel& kernel : kernels) {
    codes.push_back({"c++", reinterpret_cast<RunAll>(library->symbol(kernel.name + "_run")), {}, library});
    for (std::size_t i = 0; i < kernel.nests.size(); ++i)
      codes.back().nests.push_back(reinterpret_cast<RunPart>(library->symbol(cat(kernel.name, "_nest", i))));
  }
  return codes;
}

std::vector<Code> llvm_codes(std::span<const Kernel> kernels, Simd simd) {
  std::vector<Code> codes;
  for (const CompiledKernel& compiled : compile(kernels, {.target = {simd}, .cache = false}))
    codes.push_back({std::string(name_of(simd)), compiled.run, compiled.nests, compiled.code});
  return codes;
}

// The buffers of one call: inputs copied in, outputs and scratch unset.
struct Arguments {
  Arguments(const Kernel& kernel, const std::vector<Tensor>& inputs) {
    owned.reserve(kernel.buffers.size());
    for (std::size_t b = 0; b < kernel.buffers.size(); ++b) {
      const BufferSpec& spec = kernel.buffers[b];
      if (spec.in_place_of != kNone) {
        pointers.push_back(pointers[spec.in_place_of]);
        continue;
      }
      owned.emplace_back(static_cast<std::size_t>(spec.elements) * size_of(spec.dtype));
      pointers.push_back(owned.back().data());
      if (b < inputs.size()) std::memcpy(pointers.back(), inputs[b].raw(), inputs[b].bytes());
    }
  }
  std::vector<Guarded> owned;
  std::vector<void*> pointers;
};

bool close(double got, double wanted, Tolerance within) {
  if (std::isnan(wanted)) return std::isnan(got);
  if (std::isinf(wanted) || std::isinf(got)) return got == wanted;
  return std::fabs(got - wanted) <= within.absolute + within.relative * std::fabs(wanted);
}

void compare(const Case& wanted, const Arguments& arguments, const std::string& where) {
  for (const Guarded& memory : arguments.owned) ASSERT_TRUE(memory.untouched_before()) << where;
  const std::size_t first = wanted.inputs.size();
  for (std::size_t i = 0; i < wanted.expected.size(); ++i) {
    const BufferSpec& spec = wanted.kernel.buffers[first + i];
    const Tensor got = Tensor::wrap(spec.dtype, {spec.elements}, arguments.pointers[first + i], nullptr);
    ASSERT_EQ(got.size(), wanted.expected[i].size());
    for (std::int64_t e = 0; e < got.size(); ++e)
      ASSERT_TRUE(close(got.number(e), wanted.expected[i].number(e), wanted.within))
          << where << ": output " << i << " [" << e << "] is " << got.number(e) << ", expected "
          << wanted.expected[i].number(e) << '\n'
          << print(wanted.kernel);
  }
}

void run_in_parts(const Kernel& kernel, const Code& code, void* const* buffers) {
  for (std::size_t i = 0; i < kernel.nests.size(); ++i) {
    const Nest& nest = kernel.nests[i];
    const std::int64_t half = nest.parallel ? nest.root.extent / 2 / nest.grain * nest.grain : 0;
    code.nests[i](buffers, 0, half);
    code.nests[i](buffers, half, nest.root.extent);
  }
}

void check(const Case& wanted, const Code& code) {
  const Arguments whole(wanted.kernel, wanted.inputs), parts(wanted.kernel, wanted.inputs);
  code.run(whole.pointers.data());
  compare(wanted, whole, code.printer);
  run_in_parts(wanted.kernel, code, parts.pointers.data());
  compare(wanted, parts, code.printer + ", in parts");
}

void check(const std::vector<Case>& cases, const std::vector<Code>& codes) {
  for (std::size_t i = 0; i < cases.size(); ++i) check(cases[i], codes[i]);
}

}  // namespace

void expect_outputs(std::vector<Case> cases) {
  std::vector<Kernel> kernels;
  for (Case& one : cases) {
    one.kernel.name += cat('_', kernels.size());
    kernels.push_back(one.kernel);
  }
  check(cases, cpp_codes(kernels));
  if (!can_compile()) return;
  for (const Simd simd : {Simd::sse, Simd::avx2, Simd::avx512})
    if (has(simd)) check(cases, llvm_codes(kernels, simd));
}

Tensor random_tensor(DType dtype, std::int64_t elements, unsigned seed, double low, double high) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> number(low, high);
  return tensor_from(dtype, elements, [&](std::int64_t) { return number(generator); });
}

Tensor tensor_from(DType dtype, std::int64_t elements, const std::function<double(std::int64_t)>& f) {
  const Tensor numbers = Tensor::empty(DType::f64, {elements});
  for (std::int64_t i = 0; i < elements; ++i) numbers.as<double>()[static_cast<std::size_t>(i)] = f(i);
  return numbers.cast(dtype);
}

}  // namespace tenon::codegen
