// Images with their channels in blocks, as vector units like them: [N, C, H, W] as [N, C / block, H, W,
// block]. No tag says so: blocking is a reshape and a transposition, ordinary nodes that keep the program's
// meaning, and whoever has a faster way recognises them.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

bool can_block(const Type& image, std::int64_t block);  // rank 4, concrete, channels a multiple of the block
Shape blocked_shape(const Shape& image, std::int64_t block);

Value block_channels(Value image, std::int64_t block);
Value unblock_channels(Value blocked);

// The two nodes of each, recognised. For unblocking: the blocked value, where `ref` is what comes out.
std::optional<Ref> unblocked_from(const Graph& graph, Ref ref);
// Whether `node` cuts the channels of an image into blocks (the first half of blocking), or puts them last
// (the second).
bool cuts_channels(const Graph& graph, const Node& node);
bool puts_block_last(const Node& node);
bool puts_block_back(const Node& node);  // the first half of unblocking; the second joins the channels
bool joins_channels(const Graph& graph, const Node& node);

}  // namespace tenon
