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

struct Code {
  std::string printer;
  RunAll run;
  std::vector<RunPart> nests;
  std::shared_ptr<const void> owner;
};

Code cpp_code(const Kernel& kernel) {
  const auto library = std::make_shared<CppCode>(kernel);
  Code code{"c++", reinterpret_cast<RunAll>(library->symbol(kernel.name + "_run")), {}, library};
  for (std::size_t i = 0; i < kernel.nests.size(); ++i)
    code.nests.push_back(reinterpret_cast<RunPart>(library->symbol(cat(kernel.name, "_nest", i))));
  return code;
}

Code llvm_code(const Kernel& kernel, Simd simd) {
  const CompiledKernel compiled = compile({&kernel, 1}, {.target = {simd}})[0];
  return {std::string(name_of(simd)), compiled.run, compiled.nests, compiled.code};
}

std::vector<Code> all_codes(const Kernel& kernel) {
  std::vector<Code> codes = {cpp_code(kernel)};
  if (can_compile())
    for (const Simd simd : {Simd::sse, Simd::avx2, Simd::avx512})
      if (has(simd)) codes.push_back(llvm_code(kernel, simd));
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

bool close(double got, double wanted, Expectation within) {
  if (std::isnan(wanted)) return std::isnan(got);
  if (std::isinf(wanted) || std::isinf(got)) return got == wanted;
  return std::fabs(got - wanted) <= within.absolute + within.relative * std::fabs(wanted);
}

void compare(const Kernel& kernel, const Arguments& arguments, std::size_t first_output,
             const std::vector<Tensor>& expected, Expectation within, const std::string& where) {
  for (const Guarded& memory : arguments.owned) EXPECT_TRUE(memory.untouched_before()) << where;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const BufferSpec& spec = kernel.buffers[first_output + i];
    const Tensor got =
        Tensor::wrap(spec.dtype, {spec.elements}, arguments.pointers[first_output + i], nullptr);
    ASSERT_EQ(got.size(), expected[i].size());
    for (std::int64_t e = 0; e < got.size(); ++e)
      ASSERT_TRUE(close(got.number(e), expected[i].number(e), within))
          << where << ": output " << i << " [" << e << "] is " << got.number(e) << ", expected "
          << expected[i].number(e) << '\n'
          << print(kernel);
  }
}

void run_cut_in_two(const Kernel& kernel, const Code& code, void* const* buffers) {
  for (std::size_t i = 0; i < kernel.nests.size(); ++i) {
    const Nest& nest = kernel.nests[i];
    const std::int64_t half = nest.parallel ? nest.root.extent / 2 / nest.grain * nest.grain : 0;
    code.nests[i](buffers, 0, half);
    code.nests[i](buffers, half, nest.root.extent);
  }
}

}  // namespace

void expect_outputs(const Kernel& kernel, const std::vector<Tensor>& inputs,
                    const std::vector<Tensor>& expected, Expectation within) {
  for (const Code& code : all_codes(kernel)) {
    const Arguments whole(kernel, inputs), cut(kernel, inputs);
    code.run(whole.pointers.data());
    compare(kernel, whole, inputs.size(), expected, within, code.printer);
    run_cut_in_two(kernel, code, cut.pointers.data());
    compare(kernel, cut, inputs.size(), expected, within, code.printer + ", cut in two");
  }
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
