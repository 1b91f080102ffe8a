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

// `consumer` as a part of an epilogue that reads `chain`, the contraction's result so far. `first`: nothing
// was added before it, so that it may be the bias.
std::optional<EpiloguePart> match_epilogue(const Graph& graph, Ref chain, const Node& consumer, bool first,
                                           ChainKind kind);

}  // namespace tenon::cpu
