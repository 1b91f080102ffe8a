#include "tenon/nn.h"

namespace tenon::nn {

namespace {
constexpr double kByte = 255;

// One number for all of x or one for each channel, shaped to broadcast along axis 1.
Value by_channel(Value x, const std::vector<double>& numbers) {
  Shape shape;
  if (numbers.size() > 1) {
    require(x.rank() >= 2, "a number for each of ", numbers.size(),
            " channels needs items with an axis 1, not ", x.type());
    shape.assign(static_cast<std::size_t>(x.rank() - 1), 1);
    shape[0] = static_cast<std::int64_t>(numbers.size());
  }
  const Tensor tensor = Tensor::empty(x.dtype(), shape);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    tensor.set_number(static_cast<std::int64_t>(i), numbers[i]);
  return x.graph().constant(tensor);
}

// The i-th of one for all or one a channel; `none` where nothing was said.
double nth(const std::vector<double>& numbers, std::size_t i, double none) {
  if (numbers.empty()) return none;
  return numbers.size() == 1 ? numbers[0] : numbers.at(i);
}

std::size_t channels_of(const Preparation& preparation) {
  const std::size_t means = preparation.mean.size();
  const std::size_t deviations = preparation.deviation.size();
  require(means <= 1 || deviations <= 1 || means == deviations, "there are ", means, " means and ",
          deviations, " deviations: give one of each for every channel, or one for all");
  return std::max<std::size_t>({means, deviations, 1});
}

// One channel is an axis of its own.
Value with_channel_axis(Value x) {
  require(x.rank() == 3, "items in the layout nhw have three axes, not ", x.type());
  Ints shape{0, 1};
  for (const Dim dim : {x.type().dims[1], x.type().dims[2]})
    shape.push_back(dim.is_constant() ? dim.constant() : -1);
  require(shape[2] != -1 || shape[3] != -1, "items in the layout nhw need a known size, not ", x.type());
  return reshape(x, shape);
}

Value in_layout_of_models(Value x, Layout layout) {
  if (layout == Layout::nchw) return x;
  if (layout == Layout::nhw) return with_channel_axis(x);
  require(x.rank() == 4, "items in the layout nhwc have four axes, not ", x.type());
  return transpose(x, {0, 3, 1, 2});
}
}  // namespace

Value Preparation::operator()(Context&, Value items) const {
  const Value arranged = in_layout_of_models(items, layout);
  const Value raw = swap_channels ? reverse(arranged, {1}) : arranged;
  const bool bytes = raw.dtype() == DType::u8;
  const bool asked = scale || !mean.empty() || !deviation.empty();
  if (!bytes && !asked) return raw;

  // ((raw * scale) - mean) / deviation, as one factor and one shift.
  const double scaled_by = scale.value_or(bytes ? 1 / kByte : 1);
  std::vector<double> factors;
  std::vector<double> shifts;
  for (std::size_t i = 0; i < channels_of(*this); ++i) {
    const double divisor = nth(deviation, i, 1);
    require(divisor != 0, "a deviation of 0 cannot be divided by");
    factors.push_back(scaled_by / divisor);
    shifts.push_back(-nth(mean, i, 0) / divisor);
  }
  const Value x = is_float(raw.dtype()) ? raw : cast(raw, DType::f32);
  const Value scaled = x * by_channel(x, factors);
  return mean.empty() ? scaled : scaled + by_channel(x, shifts);
}

}  // namespace tenon::nn
