#include "format/safetensors.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <tuple>

#include "base/json_reader.h"
#include "format/elements.h"
#include "format/safetensors_header.h"

namespace tenon {

namespace {
void check_extent(const SafeTensorEntry& entry, std::uint64_t data_size, std::string_view name) {
  const std::optional<std::uint64_t> bytes = byte_count(entry.dtype, entry.shape);
  require(entry.begin <= entry.end && entry.end <= data_size, "'", name, "': tensor '", entry.name,
          "' lies from byte ", entry.begin, " to ", entry.end, " of the data, which have ", data_size,
          " bytes");
  require(bytes && *bytes == entry.end - entry.begin, "'", name, "': tensor '", entry.name, "', ",
          entry.dtype, entry.shape, ", cannot have the ", entry.end - entry.begin,
          " bytes that the header gives it");
}

// Together the tensors must cover the data, each byte once.
void check_cover(const std::vector<SafeTensorEntry>& entries, std::uint64_t data_size,
                 std::string_view name) {
  std::uint64_t covered = 0;
  for (const SafeTensorEntry& entry : entries) {
    require(entry.begin == covered, "'", name, "': tensor '", entry.name, "' begins at byte ", entry.begin,
            " of the data; expected ", covered, ", where the one before it ends");
    covered = entry.end;
  }
  require(covered == data_size, "'", name, "': expected ", covered, " bytes of data, found ", data_size);
}

// An empty tensor still needs an address.
Tensor tensor_at(std::byte* data, const SafeTensorEntry& entry, const std::shared_ptr<void>& owner) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(data) % size_of(entry.dtype) == 0;
  if (aligned && entry.begin < entry.end) return Tensor::wrap(entry.dtype, entry.shape, data, owner);
  Tensor copy = Tensor::empty(entry.dtype, entry.shape);
  if (copy.bytes()) std::memcpy(copy.raw(), data, copy.bytes());
  return copy;
}
}  // namespace

SafeTensors read_safetensors(std::span<std::byte> bytes, std::string_view name,
                             const std::shared_ptr<void>& owner) {
  SafeTensorHeader header = parse_safetensor_header(bytes, name);
  const std::span<std::byte> data = bytes.subspan(header.size);
  for (const SafeTensorEntry& entry : header.entries) check_extent(entry, data.size(), name);
  std::ranges::sort(header.entries, [](const auto& a, const auto& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_cover(header.entries, data.size(), name);

  SafeTensors result{.metadata = std::move(header.metadata)};
  for (const SafeTensorEntry& entry : header.entries) {
    Tensor tensor = tensor_at(data.data() + entry.begin, entry, owner);
    check_booleans(tensor, name, header.size + entry.begin);
    result.tensors.emplace_back(entry.name, std::move(tensor));
  }
  refuse_duplicate_names(result.tensors, name);
  return result;
}

SafeTensors read_safetensors(const std::string& path) {
  const auto file = MappedFile::open(path);
  return read_safetensors(file->bytes(), path, file);
}

void write_safetensors(FileWriter& file, const SafeTensors& content) {
  refuse_duplicate_names(content.tensors, "the tensors to write");
  SafeTensors sorted{.metadata = content.metadata};
  for (const std::size_t width : {8, 4, 2, 1})
    for (const auto& named : content.tensors)
      if (size_of(named.second.dtype()) == width) sorted.tensors.push_back(named);
  file.write(safetensor_header(sorted));
  for (const auto& [name, tensor] : sorted.tensors) file.write(bytes_of(tensor));
}

void write_safetensors(const std::string& path, const SafeTensors& content) {
  write_atomically(path, [&](FileWriter& file) { write_safetensors(file, content); });
}

}  // namespace tenon
