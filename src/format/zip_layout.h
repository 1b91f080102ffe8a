// The records of a ZIP file, byte by byte as its specification (PKWARE's APPNOTE) gives them.
#pragma once

#include <cstdint>

namespace tenon::zip {

inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;
inline constexpr std::uint16_t kEncrypted = 1;   // flag
inline constexpr std::uint16_t kUtf8 = 1 << 11;  // flag: of names
inline constexpr std::uint16_t kVersion64 = 45;  // what a reader must know: 64-bit sizes
inline constexpr std::uint16_t kExtra64 = 1;     // the id of the extra field with 64-bit sizes
inline constexpr std::uint16_t kFirstDay =
    1 << 5 | 1;  // 1 January 1980: the same content gives the same file
inline constexpr std::uint16_t kSee64Short = 0xffff;
inline constexpr std::uint32_t kSee64 = 0xffffffff;  // "look in the 64-bit field"

#pragma pack(push, 1)
struct LocalHeader {
  std::uint32_t signature = 0x04034b50;
  std::uint16_t version = kVersion64;
  std::uint16_t flags = kUtf8;
  std::uint16_t method = kStored;
  std::uint16_t time = 0;
  std::uint16_t date = kFirstDay;
  std::uint32_t crc = 0;
  std::uint32_t packed_size = kSee64;
  std::uint32_t size = kSee64;
  std::uint16_t name_length = 0;
  std::uint16_t extra_length = 0;
};

struct DirectoryEntry {
  std::uint32_t signature = 0x02014b50;
  std::uint16_t made_by = kVersion64;
  std::uint16_t version = kVersion64;
  std::uint16_t flags = kUtf8;
  std::uint16_t method = kStored;
  std::uint16_t time = 0;
  std::uint16_t date = kFirstDay;
  std::uint32_t crc = 0;
  std::uint32_t packed_size = kSee64;
  std::uint32_t size = kSee64;
  std::uint16_t name_length = 0;
  std::uint16_t extra_length = 0;
  std::uint16_t comment_length = 0;
  std::uint16_t disk = 0;
  std::uint16_t internal_attributes = 0;
  std::uint32_t external_attributes = 0;
  std::uint32_t offset = kSee64;
};

struct Extra64Header {
  std::uint16_t id = kExtra64;
  std::uint16_t length = 0;
};

struct End64 {
  std::uint32_t signature = 0x06064b50;
  std::uint64_t rest = 44;  // of this record
  std::uint16_t made_by = kVersion64;
  std::uint16_t version = kVersion64;
  std::uint32_t disk = 0;
  std::uint32_t directory_disk = 0;
  std::uint64_t entries_here = 0;
  std::uint64_t entries = 0;
  std::uint64_t directory_size = 0;
  std::uint64_t directory_offset = 0;
};

struct End64Locator {
  std::uint32_t signature = 0x07064b50;
  std::uint32_t disk = 0;
  std::uint64_t offset = 0;
  std::uint32_t disks = 1;
};

struct End {
  std::uint32_t signature = 0x06054b50;
  std::uint16_t disk = 0;
  std::uint16_t directory_disk = 0;
  std::uint16_t entries_here = kSee64Short;
  std::uint16_t entries = kSee64Short;
  std::uint32_t directory_size = kSee64;
  std::uint32_t directory_offset = kSee64;
  std::uint16_t comment_length = 0;
};
#pragma pack(pop)

static_assert(sizeof(LocalHeader) == 30 && sizeof(DirectoryEntry) == 46 && sizeof(End64) == 56 &&
              sizeof(End64Locator) == 20 && sizeof(End) == 22);

}  // namespace tenon::zip
