// Recurrent layers: what RNN, GRU and LSTM share. Each direction is a scan of a cell; the products of all
// turns' inputs with their weights are one product before it.
#pragma once

#include <functional>

#include "onnx/call.h"

namespace tenon::onnx {

using Activation = std::function<Value(Value)>;

// As the attributes activations, activation_alpha and activation_beta say, `defaults.size()` for each
// direction.
std::vector<Activation> activations_of(const Call& call, const std::vector<std::string>& defaults,
                                       std::int64_t directions);

// What a cell sees in one turn. All are [batch, …].
struct Turn {
  Value input;                  // times its weights, biases added: [batch, gates hidden]
  std::vector<Value> carried;   // the hidden state first
  std::vector<Value> captured;  // what the direction handed over

  std::int64_t hidden = 0;

  Value gate(Value all, std::int64_t number) const;  // [batch, hidden]
};

// One direction's weights, [in, out].
struct Direction {
  std::int64_t number = 0;
  std::int64_t hidden = 0;
  Value input_weights;   // [inputs, gates hidden]
  Value hidden_weights;  // [hidden, gates hidden]
  Value input_bias;      // [gates hidden], or undefined like the next
  Value hidden_bias;
};

struct Cell {
  std::int64_t gates = 1;
  std::size_t states = 1;
  // The bias of each turn that is added before the scan, undefined for none.
  std::function<Value(const Direction&)> bias;
  std::function<std::vector<Value>(const Direction&)> captured;
  std::function<std::vector<Value>(const Turn&, std::int64_t direction)> step;
};

std::int64_t directions_of(const Call& call);
Value sum_of_biases(const Direction& direction);
// Y, Y_h and, where the cell carries two states, Y_c.
std::vector<Item> recurrent_layer(const Call& call, const Cell& cell);

}  // namespace tenon::onnx
