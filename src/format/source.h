// Where a reader's bytes come from: memory, or memory unpacked on the way. A reader asks how much can still
// come before it believes what a header promises, so no file makes it allocate more than the file can hold.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

class Source {
 public:
  explicit Source(std::string name) : name_(std::move(name)) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string& name() const { return name_; }
  std::uint64_t offset() const { return offset_; }  // of the next byte
  virtual std::uint64_t at_most() const = 0;        // no more bytes than this can still come

  std::size_t read(std::span<std::byte> to);  // fewer than asked only at the end
  void read_exactly(std::span<std::byte> to, std::string_view what);
  void expect_end();

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail_at(name_, offset_, parts...);
  }

 protected:
  virtual std::size_t produce(std::span<std::byte> to) = 0;

 private:
  std::string name_;
  std::uint64_t offset_ = 0;
};

std::unique_ptr<Source> memory_source(Bytes bytes, std::string name);

// `bytes` as they are or, where they are gzip, what they unpack to.
std::unique_ptr<Source> open_source(Bytes bytes, std::string_view name);

// How a file holds its elements.
struct ElementLayout {
  DType dtype = DType::u8;
  Shape shape = {};
  bool big_endian = false;
  bool fortran_order = false;  // the first axis runs fastest
};

// A tensor of just what comes next, in our own layout. Fails before it allocates where less can come.
Tensor read_elements(Source& source, const ElementLayout& layout);

}  // namespace tenon
