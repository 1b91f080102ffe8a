#include <cmath>
#include <numbers>

#include "base/checksum.h"
#include "base/philox.h"
#include "tenon/nn.h"

namespace tenon::nn::init {

namespace {
// The random numbers of one tensor: one draw an element, from a stream that the tensor's name chooses.
class Draws {
 public:
  explicit Draws(const InitRequest& request)
      : seed_(request.seed), stream_(checksum(bytes_of(request.name))) {}

  // In [0, 1).
  double uniform(std::uint64_t element) const {
    const PhiloxWords words = philox(seed_, philox_counter(element, stream_));
    return unit(words[0], words[1]);
  }
  // By Box and Muller's transform. `attempt` gives others for the same element.
  double normal(std::uint64_t element, std::uint64_t attempt = 0) const {
    const PhiloxWords words = philox(seed_, philox_counter(element, stream_ + attempt));
    const double radius = std::sqrt(-2 * std::log(1 - unit(words[0], words[1])));
    return radius * std::cos(2 * std::numbers::pi * unit(words[2], words[3]));
  }

 private:
  static double unit(std::uint32_t low, std::uint32_t high) {
    return static_cast<double>((std::uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

template <class Draw>
Tensor filled(const InitRequest& request, const Draw& draw) {
  const Tensor tensor = Tensor::empty(request.type.dtype, request.type.shape());
  require(is_float(tensor.dtype()), "'", request.name, "' is ", request.type,
          ": only float types begin with random values");
  with_type(tensor.dtype(), [&]<class T>() {
    std::uint64_t element = 0;
    for (T& value : tensor.as<T>()) value = T(draw(element++));
  });
  return tensor;
}

struct Fans {
  double in, out;
};

Fans fans_of(const InitRequest& request) {
  const Shape shape = request.type.shape();
  require(shape.size() >= 2, "'", request.name, "' is ", request.type,
          ": its inputs and outputs cannot be told apart, as Kaiming's and Xavier's initialisers must");
  const auto first = static_cast<double>(shape[0]);
  const auto second = static_cast<double>(shape[1]);
  if (shape.size() == 2) return {first, second};
  const auto kernel = static_cast<double>(element_count(std::span(shape).subspan(2)));
  return {second * kernel, first * kernel};
}

// With this deviation, whichever the distribution.
Tensor uniform_with(const InitRequest& request, double deviation) {
  const double bound = std::numbers::sqrt3 * deviation;
  return uniform(-bound, bound)(request);
}
Tensor normal_with(const InitRequest& request, double deviation) { return normal(0, deviation)(request); }

double kaiming_deviation(const InitRequest& request, double gain) {
  return gain / std::sqrt(std::max(fans_of(request).in, 1.0));
}
double xavier_deviation(const InitRequest& request, double gain) {
  const Fans fans = fans_of(request);
  return gain * std::sqrt(2 / std::max(fans.in + fans.out, 1.0));
}
}  // namespace

Initialiser constant(double value) {
  return [value](const InitRequest& request) {
    return Tensor::full(request.type.dtype, request.type.shape(), value);
  };
}
Initialiser zeros() { return constant(0); }
Initialiser ones() { return constant(1); }

Initialiser uniform(double low, double high) {
  return [low, high](const InitRequest& request) {
    const Draws draws(request);
    return filled(request, [&](std::uint64_t i) { return low + (high - low) * draws.uniform(i); });
  };
}

Initialiser normal(double mean, double deviation) {
  return [mean, deviation](const InitRequest& request) {
    const Draws draws(request);
    return filled(request, [&](std::uint64_t i) { return mean + deviation * draws.normal(i); });
  };
}

Initialiser truncated_normal(double mean, double deviation) {
  return [mean, deviation](const InitRequest& request) {
    const Draws draws(request);
    return filled(request, [&](std::uint64_t i) {
      double drawn = draws.normal(i);
      for (std::uint64_t attempt = 1; std::fabs(drawn) > 2; ++attempt) drawn = draws.normal(i, attempt);
      return mean + deviation * drawn;
    });
  };
}

Initialiser kaiming_uniform(double gain) {
  return
      [gain](const InitRequest& request) { return uniform_with(request, kaiming_deviation(request, gain)); };
}
Initialiser kaiming_normal(double gain) {
  return
      [gain](const InitRequest& request) { return normal_with(request, kaiming_deviation(request, gain)); };
}
Initialiser xavier_uniform(double gain) {
  return
      [gain](const InitRequest& request) { return uniform_with(request, xavier_deviation(request, gain)); };
}
Initialiser xavier_normal(double gain) {
  return [gain](const InitRequest& request) { return normal_with(request, xavier_deviation(request, gain)); };
}

}  // namespace tenon::nn::init
