#include "base/checksum.h"
#include "format/zip.h"
#include "format/zip_layout.h"

namespace tenon {

void ZipWriter::add(const std::string& name, std::initializer_list<Bytes> parts) {
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  for (const Bytes part : parts) {
    size += part.size();
    crc = crc32(part, crc);
  }
  const std::uint64_t offset = file_.position();
  const auto name_length = static_cast<std::uint16_t>(name.size());
  require(name.size() == name_length, "a name in a ZIP file has at most 65535 bytes, not ", name.size());

  std::string header;
  append_value(header,
               zip::LocalHeader{
                   .crc = crc, .name_length = name_length, .extra_length = sizeof(zip::Extra64Header) + 16});
  header += name;
  append_value(header, zip::Extra64Header{.length = 16});
  append_value(header, size);
  append_value(header, size);  // packed: the same
  file_.write(header);
  for (const Bytes part : parts) file_.write(part);

  append_value(directory_,
               zip::DirectoryEntry{
                   .crc = crc, .name_length = name_length, .extra_length = sizeof(zip::Extra64Header) + 24});
  directory_ += name;
  append_value(directory_, zip::Extra64Header{.length = 24});
  append_value(directory_, size);
  append_value(directory_, size);
  append_value(directory_, offset);
  ++entries_;
}

void ZipWriter::finish() {
  const std::uint64_t directory_offset = file_.position();
  file_.write(directory_);
  const std::uint64_t end_offset = file_.position();
  std::string end;
  append_value(end, zip::End64{.entries_here = entries_,
                               .entries = entries_,
                               .directory_size = directory_.size(),
                               .directory_offset = directory_offset});
  append_value(end, zip::End64Locator{.offset = end_offset});
  append_value(end, zip::End{});
  file_.write(end);
}

}  // namespace tenon
