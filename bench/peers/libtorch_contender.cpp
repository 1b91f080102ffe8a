// LibTorch from C++, on the headers and libraries inside the PyTorch wheel.
#include <torch/torch.h>
#include <torch/version.h>

#include <vector>

#include "../contender.h"

namespace {

using tenon::bench::Steps;
using torch::Tensor;

constexpr int kBatch = 32;
constexpr double kLearningRate = 1e-5;  // so small that thousands of steps on one batch stay ordinary numbers

torch::nn::Sequential two_layers(int in, int hidden, int out) {
  return torch::nn::Sequential(torch::nn::Linear(in, hidden), torch::nn::ReLU(),
                               torch::nn::Linear(hidden, out));
}

template <class Loss>
Steps training(torch::nn::Sequential net, Tensor x, Tensor target, Loss loss) {
  auto sgd = std::make_shared<torch::optim::SGD>(net->parameters(), torch::optim::SGDOptions(kLearningRate));
  return tenon::bench::repeated([=]() mutable {
    sgd->zero_grad();
    loss(net->forward(x), target).backward();
    sgd->step();
  });
}

Steps classifier(int threads) {
  torch::set_num_threads(threads);
  auto labels = torch::randint(10, {kBatch}, torch::kLong);
  return training(
      two_layers(10, 16, 10), torch::randn({kBatch, 10}), labels,
      [](const Tensor& y, const Tensor& t) { return torch::nn::functional::cross_entropy(y, t); });
}

Steps regression(int threads) {
  torch::set_num_threads(threads);
  return training(two_layers(10, 5, 1), torch::randn({kBatch, 10}), torch::randn({kBatch, 1}),
                  [](const Tensor& y, const Tensor& t) { return torch::mse_loss(y, t); });
}

}  // namespace

int main() {
  torch::manual_seed(0);
  const std::vector<tenon::bench::Case> cases{{"train-tiny-10-16-10", classifier},
                                              {"train-tiny-10-5-1", regression}};
  return tenon::bench::serve("LibTorch " TORCH_VERSION, cases);
}
