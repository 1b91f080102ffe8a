#include "op/random.h"

#include <cmath>
#include <numbers>

#include "base/philox.h"
#include "ir/types.h"
#include "op/shape_rules.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
Value random(Op op, const std::vector<Value>& inputs, std::int64_t stream, DType dtype, Attrs attrs = {}) {
  attrs.set("stream", stream);
  attrs.set("dtype", dtype);
  return write(op, inputs, attrs);
}
}  // namespace

Value random_uniform(Value key, Ints shape, std::int64_t stream, DType dtype) {
  return random(Op::random_uniform, {key}, stream, dtype, {{"shape", std::move(shape)}});
}
Value random_uniform_like(Value key, Value like, std::int64_t stream) {
  return random(Op::random_uniform, {key, like}, stream, like.dtype());
}
Value random_normal(Value key, Ints shape, std::int64_t stream, DType dtype) {
  return random(Op::random_normal, {key}, stream, dtype, {{"shape", std::move(shape)}});
}
Value random_normal_like(Value key, Value like, std::int64_t stream) {
  return random(Op::random_normal, {key, like}, stream, like.dtype());
}
Value random_bernoulli(Value key, Ints shape, double p, std::int64_t stream, DType dtype) {
  return random(Op::random_bernoulli, {key}, stream, dtype, {{"shape", std::move(shape)}, {"p", p}});
}
Value random_bernoulli_like(Value key, Value like, double p, std::int64_t stream, DType dtype) {
  return random(Op::random_bernoulli, {key, like}, stream, dtype, {{"p", p}});
}

Value key_at(Value key, Value turn) {
  constexpr std::uint64_t kHighHalf = std::uint64_t{1} << 32;
  const Value unit = key.graph().constant(Tensor::of<std::uint64_t>({2}, {0, kHighHalf}));
  return key + cast(turn, DType::u64) * unit;
}

RandomStream::RandomStream(const Tensor& key, std::int64_t number)
    : seed(key.as<std::uint64_t>()[0]),
      step(key.as<std::uint64_t>()[1]),
      stream(static_cast<std::uint32_t>(number)) {}

std::uint32_t RandomStream::word(std::int64_t index) const {
  const std::uint64_t block = static_cast<std::uint64_t>(index) / 4;
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  return philox(seed, {low(block), low(step >> 32) ^ low(block >> 32), low(step), stream})[index % 4];
}

std::uint64_t bernoulli_threshold(double p) {
  return static_cast<std::uint64_t>(std::nearbyint(std::ldexp(p, 32)));
}

namespace {
std::vector<Type> random_type(const TypeContext& context, bool floats) {
  const Type& key = context.inputs[0];
  const DType dtype = context.attrs.dtype("dtype");
  context.require(compatible(key, {DType::u64, {2}}), "the key must be u64[2] of (seed, step), not ", key);
  context.require(!floats || is_float(dtype), dtype, " is no float type");
  if (has_shape_input(context)) {
    context.require(!context.attrs.find("shape"),
                    "the shape is given by the attribute 'shape' and by an input");
    return {{dtype, context.inputs[1].dims, context.inputs[1].ranked}};
  }
  return {{dtype, attr_dims(context)}};
}

std::vector<Type> float_type(const TypeContext& context) { return random_type(context, true); }

std::vector<Type> bernoulli_type(const TypeContext& context) {
  const double p = context.attrs.number("p");
  context.require(p >= 0 && p <= 1, "p must be a probability, not ", p);
  return random_type(context, false);
}

// A result of numbers that are made one by one, in double.
template <class Make>
std::vector<Tensor> made(const KernelContext& context, Make&& make) {
  const RandomStream stream(context.inputs[0], context.node.attrs.integer("stream"));
  const Tensor result = Tensor::empty(context.results[0].dtype, context.results[0].shape());
  with_type(result.dtype(), [&]<class T>() {
    std::int64_t i = 0;
    for (T& element : result.as<T>()) element = convert<T>(make(stream, i++));
  });
  return {result};
}

// So few bits that rounding to the type cannot give 1.
int uniform_bits(DType dtype) {
  if (dtype == DType::f32) return 24;
  return dtype == DType::f16 ? 11 : 8;
}

std::vector<Tensor> uniform_kernel(const KernelContext& context) {
  const DType dtype = context.results[0].dtype;
  if (dtype == DType::f64)
    return made(context, [](const RandomStream& stream, std::int64_t i) {
      const std::uint64_t high = stream.word(2 * i + 1);
      return std::ldexp(static_cast<double>((high << 32 | stream.word(2 * i)) >> 11), -53);
    });
  const int bits = uniform_bits(dtype);
  return made(context, [bits](const RandomStream& stream, std::int64_t i) {
    return std::ldexp(static_cast<double>(stream.word(i) >> (32 - bits)), -bits);
  });
}

std::vector<Tensor> normal_kernel(const KernelContext& context) {
  return made(context, [](const RandomStream& stream, std::int64_t i) {
    const std::int64_t pair = i - i % 2;
    const double radius = std::sqrt(-2 * std::log(std::ldexp(stream.word(pair) + 0.5, -32)));
    const double angle = 2 * std::numbers::pi * std::ldexp(static_cast<double>(stream.word(pair + 1)), -32);
    return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
  });
}

std::vector<Tensor> bernoulli_kernel(const KernelContext& context) {
  const std::uint64_t threshold = bernoulli_threshold(context.node.attrs.number("p"));
  return made(context, [threshold](const RandomStream& stream, std::int64_t i) {
    return stream.word(i) < threshold ? 1.0 : 0.0;
  });
}

OpDef random_row(std::string documentation, DType dtype) {
  OpDef def;
  def.family = "random";
  def.documentation = std::move(documentation);
  def.max_inputs = 2;
  def.shape_input = 1;
  def.random = true;
  def.attrs = {shape_attr(), {"stream", AttrKind::integer}, {"dtype", AttrKind::dtype, dtype}};
  def.no_gradient = "it does not depend on any number but its key";
  return def;
}
}  // namespace

void define_random(OpTable& table) {
  OpDef def = random_row(
      "Uniform numbers in [0, 1), of the shape that `shape` or a second input says; a function of the key "
      "u64[2] (seed, step), the stream and the place alone.",
      DType::f32);
  def.infer = float_type;
  def.kernel = uniform_kernel;
  table.define(Op::random_uniform, def);

  def = random_row("Normal numbers of mean 0 and deviation 1; shape and key as with random_uniform.",
                   DType::f32);
  def.infer = float_type;
  def.kernel = normal_kernel;
  table.define(Op::random_normal, def);

  def = random_row("1 with probability p, else 0; shape and key as with random_uniform.", DType::boolean);
  def.attrs.push_back({"p", AttrKind::number});
  def.infer = bernoulli_type;
  def.kernel = bernoulli_kernel;
  table.define(Op::random_bernoulli, def);
}

}  // namespace tenon
