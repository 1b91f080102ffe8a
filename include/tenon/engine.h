// Engines: a program with its weights, run on items of any number. An engine is a file without code in it;
// plans are made for the shapes that are asked for.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenon/graph.h"
#include "tenon/tuned.h"

namespace tenon {

// How a run may end before it is done: with an error that is Stopped. Both are looked at while it waits and
// between its steps.
struct CallOptions {
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  std::shared_ptr<const std::atomic<bool>> cancel = {};  // its caller sets it to true
};

struct EngineOptions {
  std::string backend = {};  // by name; otherwise the preferred one of those that were built in
  int threads = 1;
  bool cache = true;       // of compiled code, on disk
  std::size_t plans = 16;  // kept for `run`; the one unused longest makes room
  // Calls for the same shapes that run beside one another, each in memory of its own; 0: as many as the
  // process may compute with.
  std::size_t contexts = 0;
  // In bytes, of all that runs of this engine need beside its weights: inputs, outputs, and what lies
  // between. What does not fit is refused with an error that says how much it needs. 0: no limit.
  std::size_t memory_limit = 0;
  bool keep_nan = false;               // otherwise an activation right behind a contraction may make 0 of NaN
  std::set<std::string> without = {};  // passes to leave out: of `optional_engine_passes`
  // Told what each pass did to which nodes, whenever a plan is made.
  std::function<void(std::string_view text)> explain = {};
  // A pass of the caller's own, over each program with all types known, just before its nodes are fused.
  std::function<Graph(const Graph&)> own_pass = {};
};

// By name; what a program answers is the same, but for roundings, without any of them.
std::vector<std::string> optional_engine_passes();

// In which type the factors of convolutions and products of matrices are read. Sums are f32's, and so is all
// that is computed between them.
enum class Precision { f32, bf16, automatic };

// The convolutions and products that were written at one place of a model.
struct LayerPrecision {
  std::string layer;  // that place
  std::string op;
  bool lowered = false;  // to bf16
  std::string why;       // it was, or was not
  // Of the outputs, with this layer alone in bf16: their mean relative error.
  std::optional<double> error = {};
  double f32_microseconds = 0;  // where they were measured
  double bf16_microseconds = 0;
};

// What was chosen, and what it was chosen by (tenon/precision.h).
struct PrecisionReport {
  Precision asked = Precision::f32;
  std::string measure = {};             // of what is lost: "mean relative error", "accuracy"
  std::optional<double> max_drop = {};  // how much of it might be; any where none is given
  std::optional<double> drop = {};      // and how much is
  std::int64_t items = 0;               // that it was measured on
  double f32_microseconds = 0;          // a call
  double microseconds = 0;              // as chosen
  std::string note = {};                // what else should be known
  std::vector<LayerPrecision> layers = {};
};
std::string summary_of(const PrecisionReport& report);  // "f32", "bf16", "bf16 in 12 of 21 layers"

// What is known of an engine beside its program.
struct EngineInfo {
  std::vector<std::string> class_names = {};  // along the last axis of the first output; may be empty
  std::vector<std::pair<std::string, double>> scores = {};      // on held-back items: "accuracy", 0.983
  std::vector<std::pair<std::string, std::string>> notes = {};  // how it was made: "version", "recipe", …
  PrecisionReport precision = {};
  // Where contractions run otherwise than by the heuristics, on the machine that they were measured on.
  std::vector<TunedNode> tuned = {};
};

// How far an output is from what the reference backend computes.
struct OutputError {
  std::string output;
  double absolute = 0;
  double relative = 0;  // to the largest magnitude in the output
  double ulps = 0;      // of the output's type, at the place of the reference's value; 0 for integers
};

struct AccuracyReport {
  std::string backend;
  std::int64_t items = 0;
  std::vector<OutputError> outputs;
};

struct Port {
  std::string name;
  Type type;
};

// A convolution or a product in a step, or a conversion for one that the step does alone.
struct StepLayer {
  std::string name;  // where in the model it was written
  std::string op;
  DType operands = DType::f32;
};

// A step of a session, as it runs. The bodies of if_else, loop and scan, and their steps, stand below it.
struct StepInfo {
  std::string name;
  std::string ran_as;       // "oneDNN brgemm", "loops, 2 nests", "reference kernel"
  int depth = 0;            // how far inside bodies
  double microseconds = 0;  // where it was profiled; of all turns, and of a body with all its steps
  std::vector<StepLayer> layers = {};
};

// Memory between the steps of a session: what a step wrote there, until the last step that reads it.
struct MemoryBlock {
  std::string name;
  std::size_t offset = 0;
  std::size_t bytes = 0;
  std::size_t first = 0;  // steps, by number
  std::size_t last = 0;
};

using Shapes = std::map<std::string, Shape>;

// One plan, for inputs of one shape, bound to memory: run again and again it allocates nothing and takes no
// lock. Sessions run beside one another; one session is for one thread at a time.
class EngineSession {
 public:
  EngineSession(EngineSession&&) noexcept;
  EngineSession& operator=(EngineSession&&) noexcept;
  ~EngineSession();

  void run(const CallOptions& options = {});
  // What the next run reads and writes. At first each is memory of the session's own.
  const Tensor& input(std::string_view name) const;
  const Tensor& output(std::string_view name) const;
  // The caller's memory instead: used where it stands if the device can address it, and copied if not.
  void bind_input(std::string_view name, const Tensor& tensor);
  void bind_output(std::string_view name, const Tensor& tensor);

  std::string lowered() const;  // the program as it runs, as text
  std::vector<StepInfo> steps() const;
  std::vector<StepInfo> profile();  // runs once, step by step
  // Of a program without bodies; of another there is no one plan, and the list is empty.
  std::vector<MemoryBlock> memory() const;
  std::size_t scratch_bytes() const;  // values between the steps and between the plans
  std::size_t constant_bytes() const;

  struct State;

 private:
  friend class Engine;
  explicit EngineSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A value: copies share what they hold. Its functions may be called from several threads at once.
class Engine {
 public:
  // The states of the program are its weights, and each needs one. A program that updates a state is no
  // engine's.
  Engine(const Graph& program, NamedTensors weights, EngineInfo info = {}, EngineOptions options = {});
  // The weights stay where they are in the file, mapped. Every byte is checked.
  static Engine load(const std::string& path, EngineOptions options = {});
  // An engine file in memory, which `owner` keeps alive: the weights stay there.
  static Engine from_memory(std::span<std::byte> file, const std::shared_ptr<void>& owner,
                            EngineOptions options = {});
  // Whole or not at all.
  void save(const std::string& path) const;

  // Outputs in the program's order. Plans of one thread run on the caller's; those of several on threads of
  // the process, so that those of all callers together stay within its budget (a processor each, or what the
  // environment's TENON_THREADS says). Where the shapes of some values depend on data, the program is planned
  // and run in stages.
  NamedTensors run(const NamedTensors& inputs, const CallOptions& options = {}) const;
  Tensor run(const Tensor& input) const;  // of a program with one input: its first output
  // The same on a thread of the process. The inputs' memory must stay until the outputs are there.
  std::future<NamedTensors> run_async(NamedTensors inputs, CallOptions options = {}) const;
  // `done` is called on that thread; its future has the outputs, or throws what the run threw.
  void run_async(NamedTensors inputs, std::function<void(std::future<NamedTensors>)> done,
                 CallOptions options = {}) const;
  // Plans for these shapes, so that the first call for them need not.
  void warm(const Shapes& inputs) const;
  // Other weights in the place of these, of the same names and types, without stopping: calls that were begun
  // end with the old ones, later ones take the new. What was planned is planned anew before it is needed.
  // Copies of this engine see it too.
  void reload(NamedTensors weights) const;
  // A session is the caller's own: it runs on the caller's thread, with a team of threads of its own where
  // it has several, and keeps the weights it was made with. There is none of a program that needs stages.
  EngineSession session(const Shapes& inputs) const;

  // Runs the reference backend beside it.
  AccuracyReport verify(const NamedTensors& inputs) const;
  Engine with_report(AccuracyReport report) const;  // kept in the file
  // The same engine, planned for inputs like these with the fastest way for each of its contractions, all of
  // which were timed; kept in the file. On another machine, or with other threads, the heuristics choose.
  Engine tuned(const NamedTensors& inputs) const;
  // The same program with other weights, for those who reload them: sessions of this one go on with its own.
  Engine with_weights(NamedTensors weights) const;

  const Graph& program() const;
  NamedTensors weights() const;
  const EngineInfo& info() const;
  const AccuracyReport& report() const;
  const EngineOptions& options() const;
  std::vector<Port> inputs()
      const;  // that callers give: without the key of random numbers (tenon/ops/random.h)
  std::vector<Port> outputs() const;
  // The values between the two, in the order in which they are computed, named by where in the model they are
  // written: an ONNX node's is called as the node is.
  std::vector<Port> values() const;
  // The same engine with such values as outputs behind its own.
  Engine with_taps(const std::vector<std::string>& values) const;
  std::size_t weight_bytes() const;
  std::size_t plans_made() const;  // by `run`, since the engine was made
  // From the weights alone, packed filters for instance; each once, for all plans that read it.
  std::size_t values_prepared() const;
  std::size_t prepared_bytes() const;

  struct State;

 private:
  explicit Engine(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace tenon
