// A model with two inputs and two outputs, whose branches share a layer, and a loss of both outputs.
#include <tenon/tenon.h>

#include <cstdio>

using namespace tenon;

namespace {
// Two numbers, each seen through the same layers; out come their sum and their difference.
std::vector<Value> sum_and_difference(nn::Context& context, std::span<const Value> inputs) {
  const nn::Module encoder = nn::Sequential{nn::Linear{8}, nn::Tanh{}};
  const Value a = context.call("encoder", encoder, inputs[0]);
  const Value b = context.call_again("encoder", encoder, inputs[1]);
  const Value sum = context.call("sum", nn::Linear{1}, a + b);
  const Value difference = context.call("difference", nn::Linear{1}, a - b);
  return {sum, difference};
}

Value both(std::span<const Value> outputs, std::span<const Value> targets) {
  return loss::mse(outputs[0], targets[0]) + loss::mse(outputs[1], targets[1]);
}

Dataset pairs(std::int64_t items) {
  NamedTensors columns;
  for (const char* name : {"a", "b", "sum", "difference"})
    columns.emplace_back(name, Tensor::empty(DType::f32, {items, 1}));
  for (std::int64_t i = 0; i < items; ++i) {
    const double a = static_cast<double>(i * 37 % items) / static_cast<double>(items);
    const double b = static_cast<double>(i * 11 % items) / static_cast<double>(items);
    const double row[] = {a, b, a + b, a - b};
    for (std::size_t column = 0; column < 4; ++column) columns[column].second.set_number(i, row[column]);
  }
  return Dataset(columns);
}
}  // namespace

int main() {
  const Dataset data = pairs(400);
  Trainer trainer{sum_and_difference,
                  optim::AdamW{.lr = 0.02, .groups = {{.pattern = "*bias", .weight_decay = 0}}},
                  both,
                  {.inputs = {"a", "b"}, .targets = {"sum", "difference"}}};
  trainer.fit(data, {.epochs = 30, .batch = 40, .schedule = schedule::cosine(), .progress = Progress::quiet});
  const double error = trainer.evaluate(data).loss;
  std::printf("mean squared error %.5f, %zu parameters\n", error, trainer.slots().size());

  const NamedTensors outputs = trainer.predict(
      {{"a", Tensor::full(DType::f32, {1, 1}, 0.75)}, {"b", Tensor::full(DType::f32, {1, 1}, 0.25)}});
  for (const auto& [name, value] : outputs) std::printf("%s %.3f\n", name.c_str(), value.number());
  return error < 0.01 && trainer.slots().size() == 6 ? 0 : 1;
}
