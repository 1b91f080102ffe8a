// Files read whole or mapped, and files written so that a crash, a full disk or a second reader never meets
// half of one: to a temporary beside the target, synced, then renamed. Errors name the path and what the
// system said.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace tenon {

std::string read_text(const std::string& path);

// A regular file in memory, its pages read as they are touched. Writing to them changes this mapping alone,
// never the file. Another program must not shorten the file meanwhile; one that replaces it by renaming does
// no harm.
class MappedFile {
 public:
  static std::shared_ptr<MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<std::byte> bytes) : bytes_(bytes) {}
  std::span<std::byte> bytes_;
};

// Whether something is on the disk when a call returns. `no` is for what can be made again and is checked
// when it is read, such as a cache: a power cut may leave it damaged.
enum class Sync { yes, no };

// A new file (none may be there), written front to back. Not atomic by itself: for the inside of a folder
// that is not yet published.
class FileWriter {
 public:
  explicit FileWriter(const std::string& path);
  // `shown` is the name for errors, where the file's own is a temporary's.
  FileWriter(const std::string& path, std::string shown);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(Bytes bytes);
  void write(std::string_view text) { write(bytes_of(text)); }
  void pad_to(std::size_t alignment);  // with zeros, until position() is a multiple
  std::uint64_t position() const { return position_; }
  void close(Sync sync = Sync::yes);

 private:
  void flush();
  void write_through(Bytes bytes);

  std::string shown_;
  int descriptor_ = -1;
  std::uint64_t position_ = 0;
  std::vector<std::byte> buffer_;
};

// The file at `path` is the old one until the new one is whole and on the disk; whatever throws on the way
// leaves the old one as it was and no temporary behind. A symbolic link is followed.
void write_atomically(const std::string& path, const std::function<void(FileWriter&)>& writer,
                      Sync sync = Sync::yes);
void write_atomically(const std::string& path, std::string_view content, Sync sync = Sync::yes);

// The same for a folder: `writer` fills the temporary folder it is given. A folder already there is replaced
// in one step, then removed.
void publish_folder(const std::string& path, const std::function<void(const std::string& temporary)>& writer);

// Removes the temporaries that writers of `path` left when they were killed (on this machine).
void remove_leftovers(const std::string& path);

}  // namespace tenon
