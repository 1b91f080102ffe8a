// An op of one's own: a row of the op table, made outside the library. Its type rule says what comes out, its
// kernel what it means, its gradient is written in ordinary ops, and its decomposition lets every backend run
// it.
#include <tenon/op.h>
#include <tenon/tenon.h>

#include <cmath>
#include <cstdio>

using namespace tenon;

namespace {
// x / (1 + |x|): an activation that flattens more slowly than tanh.
Op register_softsign() {
  OpDef row;
  row.name = "softsign";
  row.family = "example";
  row.documentation = "x / (1 + |x|).";
  row.elementwise = true;
  row.infer = [](const TypeContext& context) -> std::vector<Type> {
    context.require(is_float(context.inputs[0].dtype), "softsign needs a float type");
    return {context.inputs[0]};
  };
  row.kernel = [](const KernelContext& context) -> std::vector<Tensor> {
    const Tensor y = context.inputs[0].clone();
    for (std::int64_t i = 0; i < y.size(); ++i) y.set_number(i, y.number(i) / (1 + std::fabs(y.number(i))));
    return {y};
  };
  row.gradient = [](const GradContext& context) -> std::vector<Value> {
    const Value shrink = 1.0 + abs(context.inputs[0]);
    return {context.grads[0] / (shrink * shrink)};
  };
  row.decompose = [](const DecomposeContext& context) -> std::vector<Value> {
    const Value x = context.inputs[0];
    return {x / (1.0 + abs(x))};
  };
  return register_op(std::move(row));
}

Value softsign(Value x) {
  static const Op kSoftsign = register_softsign();
  return x.graph().emit1(kSoftsign, {x});
}

struct Softsign {
  Value operator()(nn::Context&, Value x) const { return softsign(x); }
};

// The sine of x, to be learnt from its values.
Dataset sine(std::int64_t items) {
  const Tensor x = Tensor::empty(DType::f32, {items, 1});
  const Tensor y = Tensor::empty(DType::f32, {items, 1});
  for (std::int64_t i = 0; i < items; ++i) {
    x.set_number(i, 6 * static_cast<double>(i) / static_cast<double>(items) - 3);
    y.set_number(i, std::sin(x.number(i)));
  }
  return Dataset({{"x", x}, {"y", y}});
}
}  // namespace

int main() {
  const Dataset data = sine(256);
  Trainer trainer{nn::Sequential{nn::Linear{16}, Softsign{}, nn::Linear{1}}, optim::Adam{.lr = 0.03},
                  loss::mse};
  trainer.fit(data, {.epochs = 60, .batch = 32, .schedule = schedule::linear(), .progress = Progress::quiet});
  const double error = trainer.evaluate(data).loss;
  std::printf("mean squared error %.5f\n", error);
  return error < 0.01 ? 0 : 1;
}
