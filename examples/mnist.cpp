// Trains a small network on handwritten digits, keeps it as an engine, and shows what that makes of digits it
// has not seen.
//
//   example_mnist [folder of the data] [epochs]
#include <tenon/tenon.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace tenon;

namespace {
std::ptrdiff_t digit(const Tensor& scores, std::int64_t item) {
  const auto row = scores.rows(item, item + 1).as<float>();
  return std::max_element(row.begin(), row.end()) - row.begin();
}

void train(const std::string& folder, std::int64_t epochs) {
  const auto digits = data::mnist(folder);
  nn::Sequential net{nn::Flatten{},        nn::Linear{784, 256}, nn::Relu{},
                     nn::Linear{256, 128}, nn::Relu{},           nn::Linear{128, 10}};
  Trainer trainer{net, optim::Adam{.lr = 2e-3}, loss::cross_entropy, {.seed = 1}};
  trainer.fit(digits.train,
              {.epochs = epochs, .batch = 64, .validate = digits.test, .schedule = schedule::linear()});

  const Dataset some = digits.test.take(10);
  const TrainedModel model = trainer.model();
  const Engine engine(*model.program, model.weights, {.class_names = model.class_names});
  engine.save("digits.tenon");
  const Tensor scores = engine.run(some.column("x"));
  for (std::int64_t i = 0; i < some.size(); ++i)
    std::printf("digit %d, seen as %td\n", static_cast<int>(some.column("y").number(i)), digit(scores, i));
}
}  // namespace

int main(int argc, char** argv) {
  try {
    train(argc > 1 ? argv[1] : "data/mnist", argc > 2 ? std::atoll(argv[2]) : 5);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
