#include "codegen/lowering.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "codegen/interpreter.h"
#include "op/evaluate.h"
#include "pass/cse.h"
#include "pass/dead.h"
#include "pass/decompose.h"
#include "pass/simplify.h"
#include "pass/specialise.h"

namespace tenon::codegen {

Graph group_of(const Graph& source) {
  const Graph typed = specialise(decompose(source, [](const Graph&, const Node&) { return false; }), {});
  return remove_dead(merge_common(simplify(typed)));
}

std::vector<Tensor> random_inputs(const Graph& graph, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<Tensor> inputs;
  for (const std::uint32_t id : graph.inputs()) {
    const Type& type = graph.nodes()[id].results[0];
    const Tensor numbers = Tensor::empty(DType::f64, type.shape());
    std::uniform_real_distribution<double> number(is_float(type.dtype) ? -1 : 0,
                                                  is_float(type.dtype) ? 1 : 3);
    for (double& element : numbers.as<double>()) element = number(generator);
    inputs.push_back(numbers.cast(type.dtype));
  }
  return inputs;
}

namespace {
bool is_close(double got, double wanted, Close close) {
  if (std::isnan(wanted)) return std::isnan(got);
  if (std::isinf(wanted)) return got == wanted;
  return std::fabs(got - wanted) <= close.absolute + close.relative * std::fabs(wanted);
}
}  // namespace

Kernel expect_lowered(const Graph& source, const LowerOptions& options, Close close) {
  const Graph body = group_of(source);
  Kernel kernel = lower(body, options);
  const std::vector<Tensor> inputs = random_inputs(source);
  const std::vector<Tensor> wanted = evaluate(source, inputs).outputs;
  const std::vector<Tensor> got = interpret(kernel, inputs);
  EXPECT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    for (std::int64_t e = 0; e < wanted[i].size(); ++e) {
      const double x = got[i].number(e);
      const double y = wanted[i].number(e);
      if (is_close(x, y, close)) continue;
      ADD_FAILURE() << "output " << i << " [" << e << "] is " << x << ", not " << y << '\n' << print(kernel);
      return kernel;
    }
  return kernel;
}

std::int64_t scratch_elements(const Kernel& kernel) {
  std::int64_t elements = 0;
  for (const BufferSpec& spec : kernel.buffers)
    if (spec.role == BufferRole::scratch) elements += spec.elements;
  return elements;
}

}  // namespace tenon::codegen
