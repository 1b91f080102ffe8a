#include "format/gzip.h"

#include <algorithm>
#include <limits>

#if TENON_ZLIB
#include <zlib.h>
#endif

namespace tenon {

bool is_gzip(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

#if TENON_ZLIB

namespace {
// A match of 258 bytes takes at least two bits: deflate cannot unpack to more than this many times its size.
constexpr std::uint64_t kMostExpansion = 1032;

enum class Wrap { gzip, none };

class InflateSource final : public Source {
 public:
  InflateSource(Bytes packed, std::string name, Wrap wrap)
      : Source(std::move(name)), wrap_(wrap), packed_size_(packed.size()), rest_(packed) {
    const int window_bits = wrap == Wrap::gzip ? 15 + 16 : -15;
    require(::inflateInit2(&stream_, window_bits) == Z_OK, "out of memory: '", this->name(),
            "' could not be unpacked");
  }
  ~InflateSource() override { ::inflateEnd(&stream_); }

  std::uint64_t at_most() const override { return packed_size_ * kMostExpansion - offset(); }

 private:
  std::size_t produce(std::span<std::byte> to) override {
    std::size_t done = 0;
    while (done < to.size() && !ended_) done += inflate_some(to.subspan(done));
    return done;
  }

  // One call of zlib, whose counters are narrower than ours.
  std::size_t inflate_some(std::span<std::byte> to) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    const auto in = static_cast<uInt>(std::min(rest_.size(), kMost));
    const auto out = static_cast<uInt>(std::min(to.size(), kMost));
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest_.data()));
    stream_.avail_in = in;
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = out;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    rest_ = rest_.subspan(in - stream_.avail_in);
    react(code);
    return out - stream_.avail_out;
  }

  void react(int code) {
    if (code == Z_OK) return;
    if (code == Z_STREAM_END) return end_member();
    if (code == Z_BUF_ERROR) fail_packed("the compressed data are cut off");
    fail_packed("the compressed data are damaged (", stream_.msg ? stream_.msg : "not deflate", ")");
  }

  void end_member() {
    if (wrap_ == Wrap::gzip && is_gzip(rest_)) {
      ::inflateReset(&stream_);
      return;
    }
    ended_ = true;
    if (!rest_.empty()) fail_packed(rest_.size(), " bytes follow the end of the compressed data");
  }

  template <class... Parts>
  [[noreturn]] void fail_packed(const Parts&... parts) const {
    fail("'", name(), "', byte ", packed_size_ - rest_.size(), " of the compressed data: ", parts...);
  }

  z_stream stream_{};
  Wrap wrap_;
  std::uint64_t packed_size_;
  Bytes rest_;
  bool ended_ = false;
};
}  // namespace

std::unique_ptr<Source> gzip_source(Bytes packed, std::string name) {
  return std::make_unique<InflateSource>(packed, std::move(name), Wrap::gzip);
}

std::unique_ptr<Source> deflate_source(Bytes packed, std::string name) {
  return std::make_unique<InflateSource>(packed, std::move(name), Wrap::none);
}

#else

std::unique_ptr<Source> gzip_source(Bytes, std::string name) {
  fail("'", name, "' is compressed, and this build has no zlib: unpack the file first, or build with zlib");
}

std::unique_ptr<Source> deflate_source(Bytes packed, std::string name) {
  return gzip_source(packed, std::move(name));
}

#endif

}  // namespace tenon
