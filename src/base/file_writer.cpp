#include <utility>

#include "base/descriptor.h"
#include "base/files.h"

namespace tenon {

namespace {
constexpr std::size_t kBuffer = 64 * 1024;
}

FileWriter::FileWriter(const std::string& path) : FileWriter(path, path) {}

FileWriter::FileWriter(const std::string& path, std::string shown)
    : shown_(std::move(shown)),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail_with_errno("create", shown_);
  buffer_.reserve(kBuffer);
}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileWriter::write(Bytes bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  if (bytes.size() > kBuffer)
    write_through(bytes);
  else
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  position_ += bytes.size();
}

void FileWriter::pad_to(std::size_t alignment) {
  static constexpr std::byte kZeros[64] = {};
  while (const std::size_t over = position_ % alignment)
    write(Bytes(kZeros).first(std::min(alignment - over, sizeof kZeros)));
}

void FileWriter::flush() {
  write_through(buffer_);
  buffer_.clear();
}

void FileWriter::write_through(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_with_errno("write", shown_);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void FileWriter::close(Sync sync) {
  flush();
  if (sync == Sync::yes && ::fsync(descriptor_) != 0) fail_with_errno("write", shown_);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_with_errno("write", shown_);
}

}  // namespace tenon
