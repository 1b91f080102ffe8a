// The outer form of an engine file: a magic and a version, a table of sections with their places, lengths and
// checksums, then the sections. There is one way to write a content, so any byte that is changed is noticed.
//
//   0    "TENONENG"                         8 bytes
//   8    version, count of sections         u32, u32
//   16   per section: kind, 0, offset, bytes, checksum    u32, u32, u64, u64, u64
//   …    checksum of all before it          u64
//   …    the sections in the table's order, each at the next multiple of 64, zeros between
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace tenon::engine {

enum class SectionKind : std::uint32_t { metadata = 1, program, weights, report };
inline constexpr std::array kSections = {SectionKind::metadata, SectionKind::program, SectionKind::weights,
                                         SectionKind::report};
inline constexpr std::size_t kAlignment = 64;

constexpr std::uint64_t aligned(std::uint64_t position) {
  return (position + kAlignment - 1) / kAlignment * kAlignment;
}

std::string_view name_of(SectionKind kind);

// What a section holds: parts, each at a multiple of 64 with zeros between.
using Parts = std::vector<Bytes>;

struct SectionBytes {
  std::uint64_t offset = 0;  // in the file
  std::span<std::byte> bytes;
};

using Sections = std::array<SectionBytes, kSections.size()>;  // in the order of kSections
using SectionParts = std::array<Parts, kSections.size()>;

// `name` is the file's, for errors.
Sections read_sections(std::span<std::byte> file, std::string_view name);
void write_sections(FileWriter& file, const SectionParts& sections);

}  // namespace tenon::engine
