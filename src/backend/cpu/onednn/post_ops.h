// What may follow a contraction inside one library call, read off the typed program.
#pragma once

#include <optional>

#include "backend/cpu/onednn/primitives.h"
#include "tenon/graph.h"

namespace tenon::cpu {

struct EpiloguePart {
  bool is_bias = false;      // one number a column (matmul) or channel (convolution), added first
  onednn::PostOp post_op{};  // where it is no bias
  Ref operand{};             // what is added, multiplied, …: before it was broadcast
  bool has_operand = false;
};

// What the chain computes: a bias runs along the columns of a matrix, the channels of an image [N, C, …], or
// the channels of an image in blocks [N, C / block, H, W, block].
enum class ChainKind : std::uint8_t { matrix, image, blocked_image };

// A contraction's result so far.
struct Chain {
  Ref value;
  ChainKind kind;
  bool is_bare = false;  // nothing was done to it yet, so that what is added may be the bias
  bool keep_nan = true;  // the library's maximum, minimum and relu make a number of it
};

// `consumer` as a part of an epilogue that reads the chain.
std::optional<EpiloguePart> match_epilogue(const Graph& graph, const Chain& chain, const Node& consumer);

// Whether a node multiplies by a number or adds one. The library takes one such in a chain: oneDNN 2.6.3 does
// the second with the numbers of the first.
bool is_linear(const Graph& graph, const Node& node);

// Appends to an epilogue: a bound to what is bounded already is the same clip.
void append(std::vector<onednn::PostOp>& epilogue, const onednn::PostOp& op);

}  // namespace tenon::cpu
