// What every fuzz target is: a reader that may refuse its input with an Error, and must do nothing worse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.h"

namespace tenon {

// False where it is refused, as most inputs should be.
template <class Action>
bool accepts(Action&& action) {
  try {
    action();
    return true;
  } catch (const Error&) {
    return false;
  }
}

template <class Read>
int survive(const std::uint8_t* data, std::size_t size, Read&& read) {
  accepts([&] { read(std::as_bytes(std::span(data, size))); });
  return 0;
}

inline void expect(bool holds) {
  if (!holds) std::abort();
}

// For what was read and is written: it must read as the same, and may not be refused.
template <class Check>
void expect_read_again(Check&& check) {
  expect(accepts([&] { expect(check()); }));
}

}  // namespace tenon
