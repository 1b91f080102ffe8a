#include <algorithm>

#include "base/checksum.h"
#include "format/gzip.h"
#include "format/zip.h"
#include "format/zip_layout.h"

namespace tenon {

namespace {
using zip::kSee64;

class ZipReader {
 public:
  ZipReader(Bytes bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  std::vector<ZipEntry> entries() {
    const Directory directory = find_directory();
    std::vector<ZipEntry> entries;
    std::uint64_t at = directory.offset;
    for (std::uint64_t i = 0; i < directory.entries; ++i) entries.push_back(read_entry(at));
    refuse_overlap();
    return entries;
  }

 private:
  struct Directory {
    std::uint64_t offset, entries;
  };

  struct Extent {
    std::uint64_t begin, end;
  };

  Bytes slice(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
    require_at(offset <= bytes_.size() && size <= bytes_.size() - offset, name_, offset, "expected ", what,
               " of ", size, " bytes, but the file has only ", bytes_.size());
    return bytes_.subspan(offset, size);
  }

  template <class Record>
  Record record(std::uint64_t offset, std::string_view what) const {
    const auto record = load<Record>(slice(offset, sizeof(Record), what).data());
    require_at(record.signature == Record{}.signature, name_, offset, "expected ", what, " of a ZIP file");
    return record;
  }

  // The last record, which a comment of up to 65535 bytes may follow.
  std::uint64_t find_end() const {
    constexpr std::uint64_t kSize = sizeof(zip::End);
    const std::uint64_t size = bytes_.size();
    for (std::uint64_t comment = 0; comment <= 0xffff && comment + kSize <= size; ++comment) {
      const auto end = load<zip::End>(bytes_.data() + size - kSize - comment);
      if (end.signature == zip::End{}.signature && end.comment_length == comment)
        return size - kSize - comment;
    }
    fail_at(name_, size, "expected a ZIP file (such as NPZ), but it has no directory: is it cut off?");
  }

  Directory find_directory() const {
    const std::uint64_t end_offset = find_end();
    const auto end = load<zip::End>(bytes_.data() + end_offset);
    if (end.directory_offset != kSee64 && end.entries != zip::kSee64Short)
      return {end.directory_offset, end.entries};
    require_at(end_offset >= sizeof(zip::End64Locator), name_, end_offset, "the 64-bit directory is missing");
    const auto locator = record<zip::End64Locator>(end_offset - sizeof(zip::End64Locator),
                                                   "the locator of the 64-bit directory");
    const auto end64 = record<zip::End64>(locator.offset, "the 64-bit end of the directory");
    return {end64.directory_offset, end64.entries};
  }

  ZipEntry read_entry(std::uint64_t& at) {
    const std::uint64_t begin = at;
    auto header = record<zip::DirectoryEntry>(at, "a directory entry");
    at += sizeof header;
    ZipEntry entry;
    entry.name = text_of(slice(at, header.name_length, "a name"));
    const Bytes extra = slice(at + header.name_length, header.extra_length, "an extra field");
    at += std::uint64_t{header.name_length} + header.extra_length + header.comment_length;
    require_at(!(header.flags & zip::kEncrypted), name_, begin, "'", entry.name, "' is encrypted");
    require_at(header.method == zip::kStored || header.method == zip::kDeflated, name_, begin, "'",
               entry.name, "' is compressed by method ", header.method, "; only deflate is supported");
    std::uint64_t wide[] = {header.size, header.packed_size, header.offset};
    widen(wide, extra, begin);
    entry.size = wide[0];
    entry.deflated = header.method == zip::kDeflated;
    entry.crc = header.crc;
    entry.packed = packed_bytes(wide[2], wide[1]);
    require_at(entry.deflated || entry.size == entry.packed.size(), name_, begin, "'", entry.name,
               "' is stored, but its two sizes differ");
    return entry;
  }

  // The numbers that do not fit 32 bits stand, in this order and only those, in the 64-bit extra field.
  void widen(std::span<std::uint64_t> numbers, Bytes extra, std::uint64_t begin) const {
    Bytes field = field64(extra);
    for (std::uint64_t& number : numbers) {
      if (number != kSee64) continue;
      require_at(field.size() >= 8, name_, begin, "the 64-bit sizes of this entry are missing");
      number = load<std::uint64_t>(field.data());
      field = field.subspan(8);
    }
  }

  static Bytes field64(Bytes extra) {
    while (extra.size() >= sizeof(zip::Extra64Header)) {
      const auto header = load<zip::Extra64Header>(extra.data());
      extra = extra.subspan(sizeof header);
      const Bytes field = extra.first(std::min<std::size_t>(header.length, extra.size()));
      if (header.id == zip::kExtra64) return field;
      extra = extra.subspan(field.size());
    }
    return {};
  }

  Bytes packed_bytes(std::uint64_t offset, std::uint64_t size) {
    const auto local = record<zip::LocalHeader>(offset, "the header of an entry");
    const std::uint64_t begin = offset + sizeof local + local.name_length + local.extra_length;
    const Bytes packed = slice(begin, size, "the data of an entry");
    extents_.push_back({offset, begin + size});
    return packed;
  }

  void refuse_overlap() {
    std::ranges::sort(extents_, {}, &Extent::begin);
    for (std::size_t i = 1; i < extents_.size(); ++i)
      require_at(extents_[i].begin >= extents_[i - 1].end, name_, extents_[i].begin, "two entries overlap");
  }

  Bytes bytes_;
  std::string_view name_;
  std::vector<Extent> extents_;
};

class EntrySource final : public Source {
 public:
  EntrySource(const ZipEntry& entry, std::unique_ptr<Source> inner)
      : Source(inner->name()), inner_(std::move(inner)), size_(entry.size), expected_crc_(entry.crc) {}

  std::uint64_t at_most() const override { return std::min(size_ - offset(), inner_->at_most()); }

 private:
  std::size_t produce(std::span<std::byte> to) override {
    const std::size_t wanted = std::min<std::uint64_t>(to.size(), size_ - offset());
    const std::size_t count = inner_->read(to.first(wanted));
    crc_ = crc32(to.first(count), crc_);
    if (count < to.size()) verify_end(count);
    return count;
  }

  void verify_end(std::size_t last) {
    if (offset() + last < size_)
      fail_here("expected ", size_, " bytes, as the directory says; there are fewer");
    inner_->expect_end();
    if (crc_ != expected_crc_) fail_here("the data are damaged: their checksum is not the directory's");
  }

  std::unique_ptr<Source> inner_;
  std::uint64_t size_;
  std::uint32_t expected_crc_;
  std::uint32_t crc_ = 0;
};
}  // namespace

std::vector<ZipEntry> read_zip_directory(Bytes bytes, std::string_view name) {
  return ZipReader(bytes, name).entries();
}

std::unique_ptr<Source> open_entry(const ZipEntry& entry, std::string_view archive) {
  std::string name = cat(archive, ": ", entry.name);
  auto inner = entry.deflated ? deflate_source(entry.packed, std::move(name))
                              : memory_source(entry.packed, std::move(name));
  return std::make_unique<EntrySource>(entry, std::move(inner));
}

}  // namespace tenon
