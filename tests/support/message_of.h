// What a user would read when `action` fails.
#pragma once

#include <string>

#include "tenon/error.h"

namespace tenon {

template <class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace tenon
