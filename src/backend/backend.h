// What a device is to the rest of Tenon. A backend says which nodes it runs and how they may be grouped,
// turns a lowered program into steps, and owns memory and streams. Nothing above this header may assume that
// an address is readable by the host, or that a call has finished when it returns: only `synchronize` says
// so.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/stop.h"
#include "tenon/graph.h"

namespace tenon {

struct DeviceInfo {
  std::string name;               // "cpu", "reference", …
  std::string description;        // for people: "Intel Xeon, AVX-512, oneDNN 2.6.3, LLVM 19"
  bool host_addressable = false;  // host memory may be handed to a step as it stands
  std::size_t memory = 0;         // bytes in all
  int threads = 1;                // at most
};

// Device memory: the address means something to its backend alone. It may be let go while a stream still has
// work on it: the backend frees it when that work is done.
using Memory = std::shared_ptr<void>;

// Work is done in the order in which a stream was given it; streams run beside one another.
class Stream {
 public:
  virtual ~Stream() = default;
  Stop stop;  // of the run that it is given work of
};

// A point in a stream's work.
class Event {
 public:
  virtual ~Event() = default;
};

// A node made ready to run: bound to shapes, not to addresses.
class Step {
 public:
  virtual ~Step() = default;
  // `addresses` holds those of the node's inputs, results and, where it asks for some, its scratch, in this
  // order. The array is the caller's again when this returns. An input or a result may be a slice of
  // something larger, which is aligned to its elements and to no more.
  virtual void run(Stream& stream, void* const* addresses) = 0;
  virtual std::size_t scratch_bytes() const { return 0; }
  // (result, input): the result may be written over that input, as the node was asked for by `in_place`.
  virtual std::span<const std::pair<int, int>> in_place() const { return {}; }
  // What ran where, for `inspect`: "oneDNN brgemm:avx512_core", "loops: 2 nests".
  virtual std::string describe() const = 0;
  // How many blocks one run may allocate inside a library; our own code allocates none.
  virtual bool allocates_in_library() const { return false; }
  // Another for the same work, that may run beside this one: what was compiled is shared, what a run writes
  // into is not. Null where there can be none. It may be asked for while this one runs.
  virtual std::unique_ptr<Step> twin() const { return nullptr; }
};

// How the fuse pass may treat a node.
enum class Role {
  declined,     // this backend cannot run it; it is decomposed, or falls back to its reference kernel
  opaque,       // a step of its own
  contraction,  // a step of its own that can take element-wise consumers along as its epilogue
  loops,        // may be fused with its neighbours into generated loops
};

// How a contraction keeps an operand that is known before it runs: bytes that the backend alone reads.
struct Packing {
  std::string layout;  // the tag of the relayout there and back
  std::int64_t bytes = 0;
};

// Ways to run nodes that were chosen for them, by `choice_key` (backend/choices.h).
using Choices = std::map<std::string, std::string>;

struct BackendOptions {
  int threads = 1;
  bool cache = true;  // of compiled code, on disk
  bool keep_nan =
      true;  // otherwise a maximum or a minimum that a contraction takes along may make a number of NaN
  std::shared_ptr<const Choices> choices = {};  // to be kept to; null where there are none
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const DeviceInfo& device() const = 0;

  // Memory and streams.
  virtual Memory allocate(std::size_t bytes) = 0;
  virtual std::unique_ptr<Stream> make_stream(const BackendOptions& options) = 0;
  virtual void copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) = 0;
  virtual void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) = 0;
  virtual void copy(Stream& stream, void* to, const void* from, std::size_t bytes) = 0;
  virtual std::shared_ptr<Event> record(Stream& stream) = 0;
  virtual void wait(Stream& stream, const Event& event) = 0;
  virtual void synchronize(Stream& stream) = 0;  // rethrows what a step of the stream threw

  // Rewriting: asked by passes about nodes of the typed stage.
  virtual Role role(const Graph& graph, const Node& node) const = 0;
  // Whether `consumer` may join the epilogue that begins with the contraction and went on with `epilogue` so
  // far.
  virtual bool absorbs(const Graph& graph, const Node& contraction, std::span<const std::uint32_t> epilogue,
                       const Node& consumer, const BackendOptions& options) const = 0;
  // Whether the whole program should become one step of generated loops: little matmuls are loops like any
  // other.
  virtual bool whole_as_loops(const Graph& graph) const = 0;

  // Whether pooling over windows that tile the image is better written as element-wise ops, to be fused.
  virtual bool tiles_pools(const Graph&, const Node&) const { return false; }

  // The bytes of memory that stay near while a plan runs (a cache); 0 where nothing is gained by staying in
  // it.
  virtual std::size_t near_bytes(const BackendOptions&) const { return 0; }
  // The block of channels in which a convolution keeps its images best; 0 for none, and kAllChannels for one
  // of all that an image has, which puts them last.
  static constexpr std::int64_t kAllChannels = -1;
  virtual std::int64_t channel_block(const Graph&, const Node&) const { return 0; }
  // Whether the gradient of a convolution's input is faster as a convolution over mirrored filters.
  virtual bool prefers_forward(const Graph&, const Node&) const { return false; }
  // Whether a contraction reads its operand through `producer`, a movement, at no cost of its own.
  virtual bool takes_in(const Graph&, const Node& contraction, const Node& producer) const {
    static_cast<void>(contraction);
    static_cast<void>(producer);
    return false;
  }

  // Asked about nodes of the lowered stage, alone or fused: whether an operand that is the same in every run
  // is better packed once. Its reader then takes the bytes, and unpacks them by a relayout in its body.
  virtual std::optional<Packing> packing(const Graph&, const Node& contraction, std::size_t input,
                                         const BackendOptions&) const {
    static_cast<void>(contraction);
    static_cast<void>(input);
    return std::nullopt;
  }

  // The ways in which such a node can be run, by name, that which `packing` would take by itself first. It
  // takes the one that was chosen for the node.
  virtual std::vector<std::string> ways(const Graph&, const Node& contraction, std::size_t input,
                                        const BackendOptions&) const {
    static_cast<void>(contraction);
    static_cast<void>(input);
    return {};
  }

  // Compiles every node of a lowered program but its leaves; one step a node, null for a leaf.
  virtual std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) = 0;
};

// The attributes of Op::fused. `kind` is "loops" or "contraction"; `in_place` lists pairs (result, input)
// that the program asks to share memory, flattened.
inline constexpr std::string_view kFusedLoops = "loops";
inline constexpr std::string_view kFusedContraction = "contraction";

// The registry: backends by name. Those that were built in are there from the start.
using BackendFactory = std::shared_ptr<Backend> (*)();
void register_backend(std::string name, BackendFactory factory);
std::shared_ptr<Backend> find_backend(std::string_view name);  // null where there is none
std::vector<std::string> backend_names();
// The one named, or the preferred of those built in where the name is empty. Fails with the names there are.
std::shared_ptr<Backend> choose_backend(std::string_view name = {});

struct BuiltInBackend {
  std::string_view name;
  BackendFactory factory;
};
std::vector<BuiltInBackend> built_in_backends();  // the preferred first; written in backend/built_in

}  // namespace tenon
