// Every element-wise op on every type, by every printer, held against the reference kernels.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "codegen/element_op.h"
#include "codegen/loop_builder.h"
#include "codegen/runner.h"
#include "op/evaluate.h"
#include "tenon/op.h"
#include "tenon/ops.h"

namespace tenon::codegen {
namespace {

constexpr std::int64_t kElements = 203;

// Small numbers, the type's ends, and for floats what has no finite value; in all pairs with a second
// argument.
std::vector<double> interesting(DType type) {
  std::vector<double> numbers = {0, 1, 2, 3, 5, 7, 63, 100};
  if (type == DType::boolean) return {0, 1};
  if (!is_unsigned_int(type)) numbers.insert(numbers.end(), {-1, -2, -3, -64, -100});
  const double bits = static_cast<double>(8 * size_of(type));
  if (is_signed_int(type)) numbers.insert(numbers.end(), {-std::exp2(bits - 1), std::exp2(bits - 2)});
  if (is_unsigned_int(type)) numbers.insert(numbers.end(), {std::exp2(bits - 1), std::exp2(bits - 1) + 1});
  if (is_float(type)) {
    using Limits = std::numeric_limits<double>;
    numbers.insert(numbers.end(), {0.25, 0.5, -0.5, 1.5, 2.5, -2.5, -0.0, 12345.678, 1e-6, Limits::infinity(),
                                   -Limits::infinity(), Limits::quiet_NaN()});
  }
  return numbers;
}

Tensor argument(DType type, int number) {
  const std::vector<double> numbers = interesting(type);
  const auto count = static_cast<std::int64_t>(numbers.size());
  return tensor_from(type, kElements, [&](std::int64_t i) {
    const std::int64_t pick = number == 0 ? i % count : (i / count * (number + 2) + i * number) % count;
    return numbers[static_cast<std::size_t>(pick)];
  });
}

// The element types with which an op can stand in a kernel and is known to the reference.
struct Signature {
  std::vector<DType> args;
  DType result;
};

std::vector<Signature> signatures(Op op) {
  std::vector<Signature> found;
  for (const DType type : kAllDTypes)
    for (const DType result : {type, DType::boolean}) {
      std::vector<DType> args(static_cast<std::size_t>(definition(op).min_inputs), type);
      if (op == Op::select) args[0] = DType::boolean;
      if (!fits_element_op(op, result, args)) continue;
      found.push_back({args, result});
      break;
    }
  return found;
}

Tensor reference(Op op, const std::vector<Tensor>& args, const Attrs& attrs) {
  Graph graph("one");
  std::vector<Value> values;
  for (const Tensor& arg : args) values.push_back(graph.input(cat("x", values.size()), Type::of(arg)));
  graph.output("y", graph.emit(op, values, attrs)[0]);
  return evaluate(graph, args).outputs[0];
}

Case element_case(Op op, const Signature& signature, const Attrs& attrs = {}) {
  KernelBuilder k(std::string(definition(op).name));
  std::vector<Buffer> inputs;
  for (const DType type : signature.args) inputs.push_back(k.input(type, kElements));
  const Buffer output = k.output(signature.result, kElements);
  k.loop(kElements, LoopKind::vector, 1, [&](Var i) {
    std::vector<Scalar> args;
    for (const Buffer input : inputs) args.push_back(k.load(input, k.variable(i)));
    k.store(output, k.variable(i), k.op(op, signature.result, args));
  });
  std::vector<Tensor> args;
  for (std::size_t i = 0; i < signature.args.size(); ++i)
    args.push_back(argument(signature.args[i], static_cast<int>(i)));
  const DType type = signature.args.back();
  const double places = type == DType::f64   ? 1e-14
                        : type == DType::f32 ? 5e-7
                        : type == DType::f16 ? 1e-3
                                             : 8e-3;
  return {k.finish(), args, {reference(op, args, attrs)}, is_float(type) ? Tolerance{places, 1e-30} : kExact};
}

TEST(Elements, OpsAgreeWithTheReference) {
  std::vector<Case> cases;
  for (const Op op : all_ops()) {
    if (!is_element_op(op) || op == Op::cast) continue;
    for (const Signature& signature : signatures(op)) cases.push_back(element_case(op, signature));
  }
  expect_outputs(std::move(cases));
}

TEST(Elements, CastsAgreeWithTheReference) {
  std::vector<Case> cases;
  for (const DType from : kAllDTypes)
    for (const DType to : kAllDTypes) {
      if (from == to) continue;
      cases.push_back(element_case(Op::cast, {{from}, to}, {{"dtype", to}}));
      cases.back().within = kExact;
    }
  expect_outputs(std::move(cases));
}

// Halfway cases and their neighbours, the ends of the ranges, and numbers too small to be normal: rounded
// once.
TEST(Elements, NarrowFloatsRoundToNearestEven) {
  std::vector<Case> cases;
  for (const DType to : {DType::f16, DType::bf16})
    for (const DType from : {DType::f32, DType::f64}) {
      const double place = to == DType::f16 ? 0x1p-10 : 0x1p-7;
      const std::vector<double> sizes = {1,        0x1p-14, 0x1p-24, 0x1p-25, 0x1p-126,
                                         0x1p-133, 65504,   65519,   65520,   0x1.fep127};
      std::vector<double> numbers;
      for (const double size : sizes)
        for (const double steps : {0.0, 0.5, 1.0, 1.5, 2.5})
          for (const double beside : {0.0, 0x1p-23, -0x1p-23, 0x1p-40, -0x1p-40})
            for (const double sign : {1, -1})
              numbers.push_back(sign * size * (1 + steps * place) * (1 + beside));
      const auto n = static_cast<std::int64_t>(numbers.size());
      KernelBuilder k("narrow");
      const Buffer x = k.input(from, n), y = k.output(to, n);
      k.loop(n, LoopKind::vector, 1,
             [&](Var i) { k.store(y, k.variable(i), k.cast(k.load(x, k.variable(i)), to)); });
      const Tensor in = tensor_from(from, n, [&](auto i) { return numbers[static_cast<std::size_t>(i)]; });
      cases.push_back({k.finish(), {in}, {in.cast(to)}, kExact});
    }
  expect_outputs(std::move(cases));
}

}  // namespace
}  // namespace tenon::codegen
