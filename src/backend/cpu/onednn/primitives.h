// oneDNN behind a header without oneDNN: a node is described by a spec, a spec becomes a Primitive that runs
// it. What the library cannot do, or could only do with its slow reference code, is declined (an empty
// optional): the caller then takes another road. Nothing here throws for an unsupported combination.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/dtype.h"
#include "tenon/tensor.h"

namespace tenon::onednn {

std::string library_version();  // "2.6.3"

// How a tensor lies in memory, said by a name. Axes are letters (a is the first), outermost first: "abcd" is
// row-major, "acdb" channels last. A capital is an axis cut into blocks, which follow as numbers: "aBcd16b"
// keeps 16 channels side by side, the last block padded with zeros, which whoever writes the tensor writes
// too. The empty name leaves the choice to the library; one that begins with "wino" only the library can
// read.
struct Layout {
  std::string name;

  bool operator==(const Layout&) const = default;
  bool is_any() const { return name.empty(); }
};
inline std::string to_string(const Layout& layout) { return layout.is_any() ? "any" : layout.name; }

Layout row_major(std::size_t rank);
Layout transposed(std::size_t rank);     // row-major with the last two axes swapped
Layout channels_last(std::size_t rank);  // the second axis innermost

// What a layout's name says, for those who generate loops over it.
struct Blocking {
  struct Block {
    std::size_t axis;
    std::int64_t size;
    bool operator==(const Block&) const = default;
  };
  std::vector<std::size_t> order;  // axes, outermost first
  std::vector<Block> inner;        // blocks within, outermost first

  bool operator==(const Blocking&) const = default;
};
std::optional<Blocking> blocking(const Layout& layout);  // empty for "any" and for opaque layouts
Layout layout_of(const Blocking& blocking);

// One tensor that a primitive reads or writes. `dims` are the logical ones, whatever the layout.
struct Operand {
  DType dtype = DType::f32;
  Shape dims;
  Layout layout;

  bool operator==(const Operand&) const = default;
};
std::string to_string(const Operand& operand);  // "f32[64,784]:ab"
// Padding included; empty where the layout is "any" or unknown to the library.
std::optional<std::size_t> bytes_of(const Operand& operand);

// Whether both say the same bytes, though perhaps by other names: "abcd" and "acdb" of a single channel.
bool same_memory(const Operand& a, const Operand& b);

// What is done to each result before it is stored; a list of them is done in order, after the bias.
struct PostOp {
  enum class Kind : std::uint8_t {
    relu,  // alpha: slope below zero
    elu,   // alpha
    gelu_erf,
    gelu_tanh,
    tanh,
    sigmoid,
    swish,  // x · sigmoid(alpha·x)
    hardswish,
    abs,
    square,
    sqrt,
    exp,
    clip,        // to [alpha, beta]
    linear,      // alpha·x + beta
    accumulate,  // x + alpha · (what the result's memory held before)
    add,         // with `operand`, whose dims are the result's or 1
    subtract,    // x - operand
    multiply,
    maximum,
    minimum,
  };
  Kind kind;
  float alpha = 0;
  float beta = 0;
  Operand operand{};
};

// out[…, m, n] = a[…, m, k] · b[…, k, n] (+ bias[n]). Leading axes are batches; a 1 in `a` or `b` is
// repeated. A transposed operand is one whose layout says so.
struct MatmulSpec {
  Operand a, b, out;
  std::optional<DType> bias;
  std::vector<PostOp> epilogue{};
};

// y = convolution of x with w (+ bias, one a channel of y), or one of its gradients, where x, w and y stand
// for the gradient of that tensor wherever it is the result. Of 1 to 3 spatial dimensions: x[batch, channels
// in, …], y[batch, channels out, …], w[channels out, channels in, …] or, in groups, w[groups, channels out of
// a group, channels in of a group, …]. An input gradient is a transposed convolution.
struct ConvSpec {
  enum class Kind : std::uint8_t { forward_inference, forward_training, input_gradient, filter_gradient };
  // Winograd as the library chooses its tiles, and with the larger ones, of 4x4 results, where it would not.
  enum class Algorithm : std::uint8_t { automatic, direct, winograd, winograd_large };

  Kind kind = Kind::forward_inference;
  Operand x, w, y;
  std::optional<DType> bias{};     // read by a forward kind, written by a filter gradient
  std::vector<PostOp> epilogue{};  // forward kinds only
  Shape strides, dilations;        // 1 is next to one another
  Shape pad_begin, pad_end;        // zeros before and after each spatial dimension
  Algorithm algorithm = Algorithm::automatic;
};

// y = pooling of x, or the gradient, where x and y stand for theirs.
struct PoolSpec {
  enum class Method : std::uint8_t { max, average, average_with_padding };  // the last counts the zeros too
  enum class Pass : std::uint8_t { inference, training, backward };

  Method method = Method::max;
  Pass pass = Pass::inference;
  Operand x, y;
  Shape kernel, strides, dilations, pad_begin, pad_end;
};

// A compiled primitive and the memory objects that it is executed with. One caller at a time; the calling
// thread's OpenMP team must have the number of threads that the primitive was made for (see ThreadCount).
class Primitive {
 public:
  struct Impl;

  explicit Primitive(std::unique_ptr<Impl> impl);
  Primitive(Primitive&&) noexcept;
  Primitive& operator=(Primitive&&) noexcept;
  ~Primitive();

  // The same compiled code with memory objects of its own, for another caller.
  Primitive twin() const;
  // What `run` takes, in this order, with the layouts decided.
  std::span<const Operand> operands() const;
  std::size_t scratch_bytes() const;
  std::string_view implementation() const;  // the library's name for the code that was chosen

  // `args` point to the operands; `scratch` to scratch_bytes(), aligned to 64.
  void run(std::span<void* const> args, void* scratch);

 private:
  std::unique_ptr<Impl> impl_;
};

// Sets the calling thread's OpenMP team, and restores what it was.
class ThreadCount {
 public:
  explicit ThreadCount(int threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

// Whether products of u8 with i8 are summed exactly: without VNNI the library may saturate pairs of them.
bool multiplies_bytes();

// Each says what its `run` takes: what is read, then what is written.
std::optional<Primitive> make_matmul(const MatmulSpec& spec, int threads);  // a, b, bias?, operands… → out
// Forward: x, w, bias?, operands… → y. Input gradient: y, w → x. Filter gradient: x, y → w, bias?.
std::optional<Primitive> make_convolution(const ConvSpec& spec, int threads);
// Inference: x → y. Training: x → y, and for max a workspace. Backward: y, workspace of max → x.
std::optional<Primitive> make_pool(const PoolSpec& spec, int threads);
// Changes layout, element type or both.
std::optional<Primitive> make_reorder(const Operand& from, const Operand& to, int threads);  // from → to

inline bool is_winograd(ConvSpec::Algorithm algorithm) {
  return algorithm == ConvSpec::Algorithm::winograd || algorithm == ConvSpec::Algorithm::winograd_large;
}
// What `automatic` stands for: a rule from measurements, by shape alone.
ConvSpec::Algorithm choose_algorithm(const ConvSpec& spec);
// The ways that are worth timing, the one `automatic` takes first: algorithms, and layouts of x and y where
// the spec leaves them open. The library may decline some.
std::vector<ConvSpec> candidates(const ConvSpec& spec);

}  // namespace tenon::onednn

template <>
struct std::hash<tenon::onednn::Layout> {
  std::size_t operator()(const tenon::onednn::Layout& layout) const noexcept {
    return std::hash<std::string>{}(layout.name);
  }
};
