// Models: modules are values that write programs. A module is anything that can be called with a Context and
// values; the parameters it asks the Context for are the states of the program.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/ops.h"

namespace tenon::nn {

// What an initialiser is told: the tensor depends on these alone, whatever else the model holds.
struct InitRequest {
  Type type;  // concrete
  std::string_view name;
  std::uint64_t seed;
};
using Initialiser = std::function<Tensor(const InitRequest&)>;

// Weights are [in, out], or [out, in, kernel…] for convolutions: Kaiming and Xavier count accordingly.
namespace init {
Initialiser zeros();
Initialiser ones();
Initialiser constant(double value);
Initialiser uniform(double low, double high);
Initialiser normal(double mean = 0, double deviation = 1);
// Of the normal distribution only what lies within two deviations of the mean.
Initialiser truncated_normal(double mean = 0, double deviation = 1);
Initialiser kaiming_uniform(double gain = std::numbers::sqrt2);  // the default gain suits relu
Initialiser kaiming_normal(double gain = std::numbers::sqrt2);
Initialiser xavier_uniform(double gain = 1);
Initialiser xavier_normal(double gain = 1);
}  // namespace init

// A state of the model: a parameter, or a statistic that the model keeps for itself.
struct Slot {
  std::string name;  // "layers.0.weight"
  Type type;
  Initialiser init;
  bool trained = true;  // by the optimiser
};

class Module;

// What a module writes into: the graph, the scope that names its parameters, and what of the run it may know.
class Context {
 public:
  explicit Context(Graph& graph, bool training = false) : graph_(&graph), training_(training) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Graph& graph() { return *graph_; }
  bool training() const { return training_; }
  const std::string& scope() const { return scope_; }

  // A layer inside this one. Its parameters are named "<scope>.<name>.…"; a second layer of the same name is
  // an error, so that nothing is shared by accident.
  Value call(std::string_view name, const Module& layer, Value x);
  std::vector<Value> call(std::string_view name, const Module& layer, std::span<const Value> inputs);
  // The same layer once more, on purpose: with the parameters it has.
  Value call_again(std::string_view name, const Module& layer, Value x);

  // Shapes must be known: of a module that infers its size, when its input's is.
  Value parameter(std::string_view name, Shape shape, Initialiser init, DType dtype = DType::f32);
  // A state that no optimiser touches, and its value after a training step.
  Value statistic(std::string_view name, Shape shape, Initialiser init, DType dtype = DType::f32);
  void update(std::string_view name, Value value);

  Value key();            // u64[2], seed and step, for random ops: an input of the program
  std::int64_t stream();  // a new number for each random op

  const std::vector<Slot>& slots() const { return slots_; }
  const std::vector<std::pair<std::string, Value>>& updates() const { return updates_; }
  std::string full_name(std::string_view name) const;

 private:
  class Scope;
  Value slot(std::string_view name, Shape shape, Initialiser init, DType dtype, bool trained);

  Graph* graph_;
  bool training_;
  bool sharing_ = false;
  std::string scope_;
  std::int64_t streams_ = 0;
  Value key_;
  std::vector<Slot> slots_;
  std::vector<std::string> called_;  // scopes, so that none is used twice
  std::vector<std::pair<std::string, Value>> updates_;
};

inline constexpr std::string_view kKeyInput = "key";

// Any module, behind one type: a struct or a lambda that takes a Context and one value, several, or a span of
// them, and returns a value or a vector of them.
class Module {
 public:
  using Function = std::function<std::vector<Value>(Context&, std::span<const Value>)>;

  template <class Layer>
    requires(!std::same_as<std::remove_cvref_t<Layer>, Module>)
  Module(Layer layer) : function_(erase(std::move(layer))) {}  // NOLINT: made to be implicit

  std::vector<Value> operator()(Context& context, std::span<const Value> inputs) const {
    return function_(context, inputs);
  }
  Value operator()(Context& context, Value x) const;  // of a module with one output

 private:
  template <class Layer>
  static Function erase(Layer layer);
  static void check_count(std::size_t taken, std::size_t given);

  Function function_;
};

// Layers. Sizes left at 0 are taken from the input.

struct Sequential {
  std::vector<Module> layers;
  Sequential(std::initializer_list<Module> list) : layers(list) {}
  explicit Sequential(std::vector<Module> list) : layers(std::move(list)) {}
  Value operator()(Context& context, Value x) const;
};

struct LinearOptions {
  bool bias = true;
  Initialiser weight_init = {};  // where nothing is said as PyTorch begins: uniform within 1 / sqrt(in)
  Initialiser bias_init = {};
};

// x w + b along the last axis.
struct Linear {
  Linear(std::int64_t out_features, LinearOptions chosen = {})  // NOLINT: a size describes a layer
      : out(out_features), options(std::move(chosen)) {}
  Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions chosen = {})
      : in(in_features), out(out_features), options(std::move(chosen)) {}
  std::int64_t in = 0;
  std::int64_t out = 0;
  LinearOptions options;
  Value operator()(Context& context, Value x) const;
};

// One number for every spatial axis, or one for each.
struct Sizes {
  Ints each;
  Sizes(std::int64_t for_all) : each{for_all} {}                   // NOLINT: made to be implicit
  Sizes(int for_all) : each{for_all} {}                            // NOLINT: made to be implicit
  Sizes(std::initializer_list<std::int64_t> list) : each(list) {}  // NOLINT: made to be implicit
  explicit Sizes(Ints list) : each(std::move(list)) {}
  Ints of(std::int64_t axes) const;
};

// Of images [N, C, S…] with any number of spatial axes; begins as PyTorch does.
struct Conv {
  std::int64_t out;  // channels
  Sizes kernel;
  Sizes strides = 1;
  Sizes padding = 0;  // on both sides
  bool same = false;  // padded so that at stride 1 the size stays, instead of `padding`
  Sizes dilations = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Initialiser weight_init = {};
  Initialiser bias_init = {};
  Value operator()(Context& context, Value x) const;
};

struct MaxPool {
  Sizes kernel;
  std::optional<Sizes> strides = {};  // the kernel where nothing is said
  Sizes padding = 0;
  Value operator()(Context& context, Value x) const;
};
struct AvgPool {
  Sizes kernel;
  std::optional<Sizes> strides = {};
  Sizes padding = 0;
  Value operator()(Context& context, Value x) const;
};
// The mean of each channel: [N, C, S…] to [N, C].
struct GlobalAvgPool {
  Value operator()(Context& context, Value x) const;
};

struct Flatten {
  Value operator()(Context& context, Value x) const;  // all axes but the first become one
};

struct Relu {
  Value operator()(Context&, Value x) const { return relu(x); }
};
struct LeakyRelu {
  double alpha = 0.01;
  Value operator()(Context&, Value x) const { return leaky_relu(x, alpha); }
};
struct Elu {
  double alpha = 1;
  Value operator()(Context&, Value x) const { return elu(x, alpha); }
};
struct Gelu {
  bool tanh = false;
  Value operator()(Context&, Value x) const { return gelu(x, tanh); }
};
struct Silu {
  Value operator()(Context&, Value x) const { return silu(x); }
};
struct Tanh {
  Value operator()(Context&, Value x) const { return tanh(x); }
};
struct Sigmoid {
  Value operator()(Context&, Value x) const { return sigmoid(x); }
};
struct HardSwish {
  Value operator()(Context&, Value x) const { return hard_swish(x); }
};
struct Softmax {
  std::int64_t axis = -1;
  Value operator()(Context&, Value x) const { return softmax(x, axis); }
};

struct Dropout {
  double rate = 0.5;
  Value operator()(Context& context, Value x) const;  // x itself when not training
};

struct LayerNorm {
  double epsilon = 1e-5;
  std::int64_t axis = -1;
  Value operator()(Context& context, Value x) const;
};
struct RmsNorm {
  double epsilon = 1e-6;
  std::int64_t axis = -1;
  Value operator()(Context& context, Value x) const;
};
struct GroupNorm {
  std::int64_t groups = 1;
  double epsilon = 1e-5;
  Value operator()(Context& context, Value x) const;
};
// By the batch when training, which also moves the running mean and variance by `momentum` towards the
// batch's; by those otherwise.
struct BatchNorm {
  double epsilon = 1e-5;
  double momentum = 0.1;
  Value operator()(Context& context, Value x) const;
};

struct Embedding {
  std::int64_t entries;
  std::int64_t width;
  Initialiser init = {};  // normal
  Value operator()(Context& context, Value ids) const;
};

// A program with its weights, an imported ONNX model for instance, as a layer that trains on from them. A
// batch norm by fixed statistics goes back to what it was in training: by the batch, moving its statistics.
struct Pretrained {
  std::shared_ptr<const Graph> program;  // of one input
  NamedTensors weights;
  // Where it is not 0: the last linear layer and what stands behind it make way for a new one with so many
  // outputs.
  std::int64_t head = 0;
  std::vector<std::string> frozen = {};  // weights that stay as they are, by name; "conv1*" names several
  double momentum = 0.1;                 // of the statistics
  Value operator()(Context& context, Value x) const;
};

// The axes of raw pictures: items, rows, columns, channels. A model sees them as nchw.
enum class Layout {
  nchw,  // or no pictures at all: the axes stay as they are
  nhwc,
  nhw  // of one channel
};

// How raw items become what a model sees. It is part of every program made of the model, so training,
// evaluation and an engine cannot disagree.
struct Preparation {
  std::optional<double> scale = {};    // bytes are scaled by 1 / 255 where nothing is said
  std::vector<double> mean = {};       // one for all, or one a channel (axis 1), subtracted after scaling
  std::vector<double> deviation = {};  // the same, divided by
  Layout layout = Layout::nchw;
  bool swap_channels = false;  // red, green, blue become blue, green, red, and these are the model's channels
  Value operator()(Context& context, Value raw) const;
};

// The program with the preparation in front of one of its inputs, which then takes what is raw: bytes unless
// said otherwise, in the preparation's layout.
Graph with_preparation(const Graph& program, std::string_view input, const Preparation& preparation,
                       DType raw = DType::u8);

// Implementation.

template <class Layer>
Module::Function Module::erase(Layer layer) {
  if constexpr (std::invocable<const Layer&, Context&, std::span<const Value>>)
    return [layer = std::move(layer)](Context& context, std::span<const Value> x) -> std::vector<Value> {
      return layer(context, x);
    };
  else if constexpr (std::invocable<const Layer&, Context&, Value>)
    return [layer = std::move(layer)](Context& context, std::span<const Value> x) -> std::vector<Value> {
      check_count(1, x.size());
      return {layer(context, x[0])};
    };
  else if constexpr (std::invocable<const Layer&, Context&, Value, Value>)
    return [layer = std::move(layer)](Context& context, std::span<const Value> x) -> std::vector<Value> {
      check_count(2, x.size());
      return {layer(context, x[0], x[1])};
    };
  else {
    static_assert(std::invocable<const Layer&, Context&, Value, Value, Value>,
                  "a module takes a Context& and one to three values, or a span of them");
    return [layer = std::move(layer)](Context& context, std::span<const Value> x) -> std::vector<Value> {
      check_count(3, x.size());
      return {layer(context, x[0], x[1], x[2])};
    };
  }
}

}  // namespace tenon::nn
