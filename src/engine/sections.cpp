#include "engine/sections.h"

#include <algorithm>

#include "base/checksum.h"

namespace tenon::engine {

namespace {
constexpr std::string_view kMagic = "TENONENG";
constexpr std::uint32_t kVersion = 1;

struct Entry {
  std::uint32_t kind = 0;
  std::uint32_t zero = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Entry) == 32);

constexpr std::size_t kTable = kMagic.size() + 2 * sizeof(std::uint32_t);
constexpr std::size_t kTableEnd = kTable + kSections.size() * sizeof(Entry);
constexpr std::size_t kHeader = kTableEnd + sizeof(std::uint64_t);

constexpr std::array<std::byte, kAlignment> kZeros{};

Entry entry_of(SectionKind kind, const Parts& parts, std::uint64_t offset) {
  Entry entry{static_cast<std::uint32_t>(kind), 0, offset, 0, 0};
  Checksum sum;
  for (const Bytes part : parts) {
    const std::uint64_t gap = aligned(entry.bytes) - entry.bytes;
    sum.add(Bytes(kZeros).first(gap));
    sum.add(part);
    entry.bytes += gap + part.size();
  }
  entry.checksum = sum.value();
  return entry;
}

void check_header(Bytes file, std::string_view name) {
  require(file.size() >= kMagic.size() && text_of(file.first(kMagic.size())) == kMagic, "'", name,
          "' is not an engine: expected it to begin with '", kMagic, "'");
  require(file.size() >= kHeader, "'", name, "' is cut off: expected at least ", kHeader, " bytes, found ",
          file.size());
  const auto version = load<std::uint32_t>(file.data() + kMagic.size());
  require(version == kVersion, "'", name, "' is an engine of version ", version,
          "; this Tenon reads version ", kVersion, ": build it again");
  require_at(checksum(file.first(kTableEnd)) == load<std::uint64_t>(file.data() + kTableEnd), name, kTableEnd,
             "the header is damaged: its checksum does not match");
  const auto count = load<std::uint32_t>(file.data() + kMagic.size() + sizeof kVersion);
  require_at(count == kSections.size(), name, kMagic.size() + sizeof kVersion, "expected ", kSections.size(),
             " sections, found ", count);
}

void check_gap(Bytes file, std::uint64_t begin, std::uint64_t end, std::string_view name) {
  for (std::uint64_t at = begin; at < end; ++at)
    require_at(file[at] == std::byte{0}, name, at, "expected zeros between the sections");
}

// `end` is where the section before it ends.
void check_entry(const Entry& entry, SectionKind kind, std::uint64_t end, Bytes file, std::string_view name) {
  require(entry.kind == static_cast<std::uint32_t>(kind) && entry.zero == 0, "'", name,
          "': expected the section ", name_of(kind), ", found kind ", entry.kind);
  require(entry.offset == aligned(end), "'", name, "': expected the section ", name_of(kind), " at byte ",
          aligned(end), ", not at ", entry.offset);
  require(entry.offset <= file.size() && entry.bytes <= file.size() - entry.offset, "'", name,
          "' is cut off: the section ", name_of(kind), " has ", entry.bytes, " bytes from byte ",
          entry.offset, ", and the file has ", file.size());
  check_gap(file, end, entry.offset, name);
  require_at(checksum(file.subspan(entry.offset, entry.bytes)) == entry.checksum, name, entry.offset,
             "the section ", name_of(kind), " is damaged: its checksum does not match");
}
}  // namespace

std::string_view name_of(SectionKind kind) {
  constexpr std::string_view kNames[] = {"metadata", "program", "weights", "report"};
  return kNames[static_cast<std::size_t>(kind) - 1];
}

Sections read_sections(std::span<std::byte> file, std::string_view name) {
  check_header(file, name);
  Sections sections;
  std::uint64_t end = kHeader;
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    const auto entry = load<Entry>(file.data() + kTable + i * sizeof(Entry));
    check_entry(entry, kSections[i], end, file, name);
    sections[i] = {entry.offset, file.subspan(entry.offset, entry.bytes)};
    end = entry.offset + entry.bytes;
  }
  require_at(end == file.size(), name, end, "expected the end of the file, found ", file.size() - end,
             " more bytes");
  return sections;
}

void write_sections(FileWriter& file, const SectionParts& sections) {
  std::string header(kMagic);
  append_value(header, kVersion);
  append_value(header, static_cast<std::uint32_t>(kSections.size()));
  std::uint64_t end = kHeader;
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    const Entry entry = entry_of(kSections[i], sections[i], aligned(end));
    append_value(header, entry);
    end = entry.offset + entry.bytes;
  }
  append_value(header, checksum(bytes_of(header)));
  file.write(header);
  for (const Parts& parts : sections) {
    file.pad_to(kAlignment);
    for (const Bytes part : parts) {
      file.pad_to(kAlignment);
      file.write(part);
    }
  }
}

}  // namespace tenon::engine
