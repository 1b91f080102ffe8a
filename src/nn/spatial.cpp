// Layers over images [N, C, S…].
#include "nn/sizes.h"

namespace tenon::nn {

namespace {
std::int64_t spatial_axes(const Context& context, Value x) {
  require(x.type().ranked && x.rank() >= 3, "layer '", context.scope(),
          "' takes images of shape [N, channels, …], not ", x.type());
  return x.rank() - 2;
}

// Half of what the kernel needs around the image, the larger half behind.
void pad_same(ConvOptions& options, const Ints& kernel) {
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t total = options.dilations[i] * (kernel[i] - 1);
    options.pads_low[i] = total / 2;
    options.pads_high[i] = total - total / 2;
  }
}

template <class Pool>
PoolOptions pool_options(const Pool& pool, std::int64_t axes) {
  const Ints pads = pool.padding.of(axes);
  return {.kernel = pool.kernel.of(axes),
          .strides = pool.strides.value_or(pool.kernel).of(axes),
          .pads_low = pads,
          .pads_high = pads};
}
}  // namespace

Value Conv::operator()(Context& context, Value x) const {
  const std::int64_t axes = spatial_axes(context, x);
  const std::int64_t channels = known_size(context, x, 1);
  require(groups >= 1 && channels % groups == 0 && out % groups == 0, "layer '", context.scope(),
          "': ", channels, " channels in and ", out, " out cannot be divided among ", groups, " groups");
  ConvOptions options{.strides = strides.of(axes),
                      .dilations = dilations.of(axes),
                      .pads_low = padding.of(axes),
                      .pads_high = padding.of(axes),
                      .groups = groups};
  const Ints sizes = kernel.of(axes);
  if (same) pad_same(options, sizes);

  Shape shape{out, channels / groups};
  shape.insert(shape.end(), sizes.begin(), sizes.end());
  const std::int64_t inputs = shape[1] * element_count(sizes);
  const Value y = conv(x, context.parameter("weight", shape, or_uniform(weight_init, inputs)), options);
  if (!bias) return y;
  Shape by_channel(static_cast<std::size_t>(axes + 1), 1);
  by_channel[0] = out;
  return y + reshape(context.parameter("bias", {out}, or_uniform(bias_init, inputs)), by_channel);
}

Value MaxPool::operator()(Context& context, Value x) const {
  return max_pool(x, pool_options(*this, spatial_axes(context, x))).values;
}

Value AvgPool::operator()(Context& context, Value x) const {
  return avg_pool(x, pool_options(*this, spatial_axes(context, x)));
}

Value GlobalAvgPool::operator()(Context& context, Value x) const {
  Ints axes;
  for (std::int64_t axis = 2; axis < spatial_axes(context, x) + 2; ++axis) axes.push_back(axis);
  return reduce_mean(x, axes);
}

}  // namespace tenon::nn
