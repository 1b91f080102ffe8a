// An executable: what `compile` makes of a program. Plans, and between them the host control of if_else, loop
// and scan, whose bodies are executables in turn. It is data; the runtime runs it.
#pragma once

#include <variant>

#include "plan/plan.h"

namespace tenon {

struct Executable;

// A node with bodies. The host runs them on addresses; the values stay on the device.
struct Control {
  std::string name;  // for messages, profiles and `inspect`
  Op op = Op::if_else;
  std::vector<Executable> bodies;
  std::vector<std::size_t> own;  // bytes of each piece of memory that it needs of its own, see below

  // Of loop and scan. A carried value is written by turns into the node's result and into memory of its own,
  // so that a turn never writes what it reads.
  std::vector<std::size_t> carried;  // bytes of each

  // Of scan.
  std::int64_t turns = 0;
  bool reverse = false;
  // From one turn's slice to the next one's, in bytes, for each input and output of the body; 0 for those
  // that are not sliced. Slices lie one after the other, so that a turn works in the stacked tensors
  // themselves.
  std::vector<std::size_t> input_strides;
  std::vector<std::size_t> output_strides;
};

// The order of `Control::own`: of a loop first these two, of loop and scan one piece for each carried value.
enum LoopMemory : std::size_t { kTurn, kGoOn, kLoopMemory };

// The control of a node of a typed program, by its executable bodies.
Control make_control(const Graph& typed, std::uint32_t node, std::vector<Executable> bodies);

// What is run without the host between its steps, or the host's own part.
using Work = std::variant<Plan, Control>;

struct Phase {
  Work work;
  // In the executable: of a plan's inputs and outputs, or of a node's inputs and results. `scratch` is the
  // memory of the values that cross from one phase to another.
  std::vector<Place> inputs;
  std::vector<Place> outputs;
  std::vector<Place> own;  // of a control
};

struct Executable {
  std::vector<Slot> inputs;
  std::vector<Slot> outputs;
  std::vector<Slot> states;
  std::vector<Tensor> constants;  // those that controls read
  std::vector<Phase> phases;      // in order
  std::size_t crossing_bytes = 0;

  // Of a program without bodies: its one plan, whose inputs and outputs are the executable's. Else null.
  const Plan* only_plan() const;
};

// Another to be run beside it, with what was compiled shared; none where a step can have no twin.
std::optional<Executable> twin(const Executable& executable);

// Which values lie where in a plan's scratch arena, and from which step to which.
struct Lifetime {
  std::string name;  // of the step that writes it
  std::size_t offset = 0;
  std::size_t bytes = 0;
  std::size_t first = 0;  // the step that writes it
  std::size_t last = 0;   // the last one that reads it
};

std::vector<Lifetime> lifetimes(const Plan& plan);

// What a phase does to the values of the program that was cut.
struct Traffic {
  struct Written {
    Ref value;
    std::optional<std::size_t> output = {};  // which of the program's outputs it fills
  };
  std::vector<Ref> reads;
  std::vector<Written> writes;
};

struct Part {
  Work work;
  Traffic traffic;
};

Executable make_executable(Plan plan);
Executable make_executable(const Graph& typed, std::vector<Part> parts);

// What runs, a line a step, in the order in which a profile measures them. Bodies and what they run stand
// further in, below their control.
struct StepLine {
  struct Layer {
    std::string
        name;  // the label of a convolution or a product in it, or of a cast where it does nothing else
    std::string op;
    DType operands = DType::f32;
    friend bool operator==(const Layer&, const Layer&) = default;
  };
  std::string name;
  std::string ran_as;
  int depth = 0;
  std::vector<Layer> layers = {};
};
std::vector<StepLine> list_steps(const Executable& executable);
std::size_t count_lines(const Executable& executable);
std::size_t count_lines(const Work& work);

// The lowered programs, bodies further in.
std::string print(const Executable& executable);

// Bytes between the steps: the arena that all plans share, and what crosses from plan to plan.
std::size_t scratch_bytes(const Executable& executable);
std::size_t crossing_bytes(const Executable& executable);
std::size_t constant_bytes(const Executable& executable);

}  // namespace tenon
