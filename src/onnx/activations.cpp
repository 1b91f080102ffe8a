#include <algorithm>
#include <cctype>
#include <map>

#include "onnx/recurrent.h"

// The activations of recurrent layers, by name.
namespace tenon::onnx {

namespace {
struct Parameters {
  double alpha = 0;
  double beta = 0;
};

struct Kind {
  bool has_alpha = false;
  bool has_beta = false;
  Parameters otherwise = {};
  Value (*write)(Value x, const Parameters& p) = nullptr;
};

const std::map<std::string, Kind>& kinds() {
  using P = const Parameters&;
  static const std::map<std::string, Kind> kAll = {
      {"relu", {false, false, {}, [](Value x, P) { return relu(x); }}},
      {"tanh", {false, false, {}, [](Value x, P) { return tanh(x); }}},
      {"sigmoid", {false, false, {}, [](Value x, P) { return sigmoid(x); }}},
      {"softsign", {false, false, {}, [](Value x, P) { return x / (abs(x) + 1.0); }}},
      {"softplus", {false, false, {}, [](Value x, P) { return softplus(x); }}},
      {"affine", {true, true, {1, 0}, [](Value x, P p) { return x * p.alpha + p.beta; }}},
      {"scaledtanh", {true, true, {1, 1}, [](Value x, P p) { return tanh(x * p.beta) * p.alpha; }}},
      {"hardsigmoid",
       {true, true, {0.2, 0.5}, [](Value x, P p) { return hard_sigmoid(x, p.alpha, p.beta); }}},
      {"leakyrelu", {true, false, {0.01, 0}, [](Value x, P p) { return leaky_relu(x, p.alpha); }}},
      {"thresholdedrelu", {true, false, {1, 0}, [](Value x, P p) { return select(x > p.alpha, x, 0.0); }}},
      {"elu", {true, false, {1, 0}, [](Value x, P p) { return elu(x, p.alpha); }}},
  };
  return kAll;
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Hands out the numbers one by one to those activations that take one.
class Numbers {
 public:
  explicit Numbers(std::vector<double> numbers) : numbers_(std::move(numbers)) {}
  double next(bool takes, double otherwise) {
    return takes && next_ < numbers_.size() ? numbers_[next_++] : otherwise;
  }

 private:
  std::vector<double> numbers_;
  std::size_t next_ = 0;
};
}  // namespace

std::vector<Activation> activations_of(const Call& call, const std::vector<std::string>& defaults,
                                       std::int64_t directions) {
  std::vector<std::string> names = call.texts("activations");
  if (names.empty())
    for (std::int64_t i = 0; i < directions; ++i) names.insert(names.end(), defaults.begin(), defaults.end());
  const std::size_t wanted = defaults.size() * static_cast<std::size_t>(directions);
  call.require(names.size() == wanted, "it needs ", wanted, " activations, not ", names.size());
  Numbers alphas(call.numbers("activation_alpha")), betas(call.numbers("activation_beta"));
  std::vector<Activation> activations;
  for (const std::string& name : names) {
    const auto found = kinds().find(lower_case(name));
    call.require(found != kinds().end(), "there is no activation '", name, "'");
    const Kind& kind = found->second;
    const Parameters parameters{alphas.next(kind.has_alpha, kind.otherwise.alpha),
                                betas.next(kind.has_beta, kind.otherwise.beta)};
    activations.emplace_back([=, write = kind.write](Value x) { return write(x, parameters); });
  }
  return activations;
}

}  // namespace tenon::onnx
