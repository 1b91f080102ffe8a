// ZIP archives, as far as NPZ needs them: entries stored or deflated, 64-bit sizes, no encryption.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "format/source.h"

namespace tenon {

struct ZipEntry {
  std::string name;
  Bytes packed;
  bool deflated = false;
  std::uint64_t size = 0;  // unpacked
  std::uint32_t crc = 0;
};

// Entries that share bytes are refused: so an archive unpacks to no more than deflate makes of its own size.
std::vector<ZipEntry> read_zip_directory(Bytes bytes, std::string_view name);

// The entry unpacked; size and checksum are verified when its end is read.
std::unique_ptr<Source> open_entry(const ZipEntry& entry, std::string_view archive);

// Writes entries uncompressed. Sizes are always in the 64-bit form, so the one way to write is the one
// tested.
class ZipWriter {
 public:
  explicit ZipWriter(FileWriter& file) : file_(file) {}
  void add(const std::string& name, std::initializer_list<Bytes> parts);
  void finish();

 private:
  FileWriter& file_;
  std::string directory_;
  std::uint64_t entries_ = 0;
};

}  // namespace tenon
