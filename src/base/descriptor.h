// A file descriptor that closes itself, and the words for a failed system call.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "tenon/error.h"

namespace tenon {

[[noreturn]] inline void fail_with_errno(std::string_view doing, std::string_view path, int code = errno) {
  fail("cannot ", doing, " '", path, "': ", std::generic_category().message(code));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : value_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  bool valid() const { return value_ >= 0; }
  int value() const { return value_; }

 private:
  int value_;
};

}  // namespace tenon
