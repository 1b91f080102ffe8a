#include "onnx/recurrent.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"

// The cells of RNN, GRU and LSTM.
namespace tenon::onnx {

namespace {
// The activations of one direction, in the order of the defaults. What goes into the gates' is clipped, where
// the model says so; the last one of an LSTM, which sees the cell, is no gate's.
class Functions {
 public:
  Functions(const Call& call, const std::vector<std::string>& defaults)
      : each_(defaults.size()),
        clip_(call.number("clip", 0)),
        all_(activations_of(call, defaults, directions_of(call))) {}

  Value gate(std::int64_t direction, std::size_t number, Value x) const {
    return plain(direction, number, clip_ > 0 ? clamp(x, -clip_, clip_) : x);
  }
  Value plain(std::int64_t direction, std::size_t number, Value x) const {
    return all_[static_cast<std::size_t>(direction) * each_ + number](x);
  }

 private:
  std::size_t each_;
  double clip_;
  std::vector<Activation> all_;
};

std::vector<Item> simple(const Call& call) {
  const Functions functions(call, {"Tanh"});
  Cell cell;
  cell.bias = sum_of_biases;
  cell.captured = [](const Direction& direction) { return std::vector{direction.hidden_weights}; };
  cell.step = [&](const Turn& turn, std::int64_t direction) {
    return std::vector{functions.gate(direction, 0, turn.input + matmul(turn.carried[0], turn.captured[0]))};
  };
  return recurrent_layer(call, cell);
}

// GRU: the gates are update, reset, hidden. The reset acts on the state before the product with the weights
// or, where linear_before_reset says so, after it with its bias.
// The second of what is captured is either the bias of the hidden gate's product or its weights.
std::vector<Value> gru_captured(const Direction& direction, bool linear_first) {
  const std::int64_t hidden = direction.hidden;
  const Value weights = direction.hidden_weights;
  if (!linear_first) return {slice(weights, {{1, 0, 2 * hidden}}), slice(weights, {{1, 2 * hidden}})};
  if (!direction.hidden_bias.defined()) return {weights};
  return {weights, slice(direction.hidden_bias, {{0, 2 * hidden}})};
}

// The bias of the hidden gate's product is not the input's where it is reset too.
Value gru_bias(const Call& call, const Direction& direction, bool linear_first) {
  if (!linear_first || !direction.input_bias.defined()) return sum_of_biases(direction);
  const std::int64_t hidden = direction.hidden;
  const Value gates = slice(direction.hidden_bias, {{0, 0, 2 * hidden}});
  const Value none = stretched(call, scalar_like(0, gates), call.integers({hidden}));
  return direction.input_bias + concat({gates, none}, 0);
}

std::vector<Item> gated(const Call& call) {
  const Functions functions(call, {"Sigmoid", "Tanh"});
  const bool linear_first = call.flag("linear_before_reset");
  Cell cell;
  cell.gates = 3;
  cell.bias = [&](const Direction& direction) { return gru_bias(call, direction, linear_first); };
  cell.captured = [&](const Direction& direction) { return gru_captured(direction, linear_first); };
  cell.step = [&](const Turn& turn, std::int64_t direction) {
    const auto gate = [&](Value x) { return functions.gate(direction, 0, x); };
    const Value h = turn.carried[0];
    const Value recurrent = matmul(h, turn.captured[0]);
    const Value update = gate(turn.gate(turn.input, 0) + turn.gate(recurrent, 0));
    const Value reset = gate(turn.gate(turn.input, 1) + turn.gate(recurrent, 1));
    Value inner;
    if (linear_first) {
      inner = turn.gate(recurrent, 2);
      if (turn.captured.size() > 1) inner = inner + turn.captured[1];
      inner = reset * inner;
    } else {
      inner = matmul(reset * h, turn.captured[1]);
    }
    const Value fresh = functions.gate(direction, 1, turn.gate(turn.input, 2) + inner);
    return std::vector{fresh + update * (h - fresh)};
  };
  return recurrent_layer(call, cell);
}

// LSTM: the gates are input, output, forget, cell. Peepholes are seen by the first three, in this order.
std::vector<Item> long_short_term(const Call& call) {
  constexpr std::size_t kPeepholes = 7;
  const Functions functions(call, {"Sigmoid", "Tanh", "Tanh"});
  const bool forgets_what_enters = call.flag("input_forget");
  Cell cell;
  cell.gates = 4;
  cell.states = 2;
  cell.bias = sum_of_biases;
  cell.captured = [&](const Direction& direction) {
    std::vector<Value> captured{direction.hidden_weights};
    if (call.has(kPeepholes)) captured.push_back(at_place(call, call.input(kPeepholes), direction.number, 0));
    return captured;
  };
  cell.step = [&](const Turn& turn, std::int64_t direction) {
    const auto gate = [&](Value x) { return functions.gate(direction, 0, x); };
    const Value c = turn.carried[1];
    const Value all = turn.input + matmul(turn.carried[0], turn.captured[0]);
    const auto seen = [&](std::int64_t number, Value state) {
      const Value own = turn.gate(all, number);
      if (turn.captured.size() == 1) return own;
      const std::int64_t hidden = turn.hidden;
      return own + slice(turn.captured[1], {{0, number * hidden, (number + 1) * hidden}}) * state;
    };
    const Value enters = gate(seen(0, c));
    const Value stays = forgets_what_enters ? 1.0 - enters : gate(seen(2, c));
    const Value next = stays * c + enters * functions.gate(direction, 1, turn.gate(all, 3));
    const Value shown = gate(seen(1, next)) * functions.plain(direction, 2, next);
    return std::vector{shown, next};
  };
  return recurrent_layer(call, cell);
}
}  // namespace

void add_recurrent_rules(Rules& rules) {
  rules.add("GRU", gated);
  rules.add("LSTM", long_short_term);
  rules.add("RNN", simple);
}

}  // namespace tenon::onnx
