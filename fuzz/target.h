// What every fuzz target is: a reader that may refuse its input with an Error, and must do nothing worse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.h"

namespace tenon {

template <class Read>
int survive(const std::uint8_t* data, std::size_t size, Read&& read) {
  try {
    read(std::as_bytes(std::span(data, size)));
  } catch (const Error&) {
    return 0;  // refused, as most inputs should be
  }
  return 0;
}

// What was read and is written must read as the same.
inline void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace tenon
