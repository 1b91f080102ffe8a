// What stands between the names of a program: types, tensors, the values of attributes.
#pragma once

#include <map>

#include "ir/token_stream.h"
#include "tenon/op.h"

namespace tenon {

// Runs `body`, and says of its errors where in the text they come from.
template <class Body>
decltype(auto) located(const Token& token, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    fail_at(token, error.what());
  }
}

// The digits of the large constants, by name.
using Blobs = std::map<std::string_view, const std::string*>;
// Lines `blob NAME = "…"` after the graph; they stand last and are needed first, so this looks ahead
// and comes back.
Blobs find_blobs(TokenStream& tokens);

Type parse_type(TokenStream& tokens);
Tensor parse_tensor(TokenStream& tokens, const Blobs& blobs);
AttrValue parse_attr(TokenStream& tokens, const Blobs& blobs, AttrKind kind);

}  // namespace tenon
