#include "format/source.h"

#include <algorithm>

#include "format/elements.h"
#include "format/gzip.h"

namespace tenon {

namespace {
class MemorySource final : public Source {
 public:
  MemorySource(Bytes bytes, std::string name) : Source(std::move(name)), rest_(bytes) {}
  std::uint64_t at_most() const override { return rest_.size(); }

 private:
  std::size_t produce(std::span<std::byte> to) override {
    const std::size_t count = std::min(to.size(), rest_.size());
    std::copy_n(rest_.begin(), count, to.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

  Bytes rest_;
};
}  // namespace

std::size_t Source::read(std::span<std::byte> to) {
  const std::size_t count = produce(to);
  offset_ += count;
  return count;
}

void Source::read_exactly(std::span<std::byte> to, std::string_view what) {
  const std::uint64_t begin = offset_;
  const std::size_t count = read(to);
  require_at(count == to.size(), name_, begin, "expected ", to.size(), " bytes of ", what, ", but only ",
             count, " are there");
}

void Source::expect_end() {
  std::byte extra;
  if (produce({&extra, 1})) fail_here("expected the end, but there are more bytes than the header promises");
}

std::unique_ptr<Source> memory_source(Bytes bytes, std::string name) {
  return std::make_unique<MemorySource>(bytes, std::move(name));
}

std::unique_ptr<Source> open_source(Bytes bytes, std::string_view name) {
  if (is_gzip(bytes)) return gzip_source(bytes, cat(name, " (unpacked)"));
  return memory_source(bytes, std::string(name));
}

Tensor read_elements(Source& source, const ElementLayout& layout) {
  const std::optional<std::uint64_t> bytes = byte_count(layout.dtype, layout.shape);
  if (!bytes || *bytes > source.at_most())
    source.fail_here("the header promises a tensor of ", layout.dtype, layout.shape, ", but no more than ",
                     source.at_most(), " bytes can follow");
  const std::uint64_t begin = source.offset();
  Tensor tensor = Tensor::empty(layout.dtype, layout.shape);
  source.read_exactly({static_cast<std::byte*>(tensor.raw()), tensor.bytes()}, "elements");
  if (layout.big_endian) reverse_each_element(tensor);
  check_booleans(tensor, source.name(), begin);
  return layout.fortran_order ? from_fortran_order(tensor) : tensor;
}

}  // namespace tenon
