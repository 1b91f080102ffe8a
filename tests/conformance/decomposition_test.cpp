// Every composite that has a kernel: what it consists of against the kernel, in f64.
#include <gtest/gtest.h>

#include "conformance/numbers.h"
#include "conformance/program.h"
#include "op/evaluate.h"
#include "pass/decompose.h"

namespace tenon::conformance {
namespace {

class Decompositions : public testing::TestWithParam<Op> {};

TEST_P(Decompositions, AgreeWithTheKernel) {
  for (const Instance& instance : instances_of(all_cases().at(GetParam()), false)) {
    if (instance.dtype != DType::f64 && instance.dtype != DType::f32) continue;
    const auto program = write_program({instance});
    const Graph parts =
        decompose(program->graph, [&](const Graph&, const Node& node) { return node.op != GetParam(); });
    const std::vector<Tensor> whole = evaluate(program->graph, program->inputs).outputs;
    const std::vector<Tensor> apart = evaluate(parts, program->inputs).outputs;
    for (std::size_t i = 0; i < whole.size(); ++i)
      if (const auto wrong = difference(apart[i], whole[i], program->bounds[i], program->magnitudes[i]))
        ADD_FAILURE() << program->labels[i] << ": " << *wrong;
  }
}

std::vector<Op> composites() {
  std::vector<Op> ops;
  for (const auto& [op, cases] : all_cases())
    if (definition(op).decompose && definition(op).kernel) ops.push_back(op);
  return ops;
}

INSTANTIATE_TEST_SUITE_P(AllOps, Decompositions, testing::ValuesIn(composites()),
                         [](const auto& test) { return definition(test.param).name; });

}  // namespace
}  // namespace tenon::conformance
