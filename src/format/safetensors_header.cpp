#include "format/safetensors_header.h"

#include <array>

#include "base/json.h"
#include "base/json_reader.h"
#include "base/utf8.h"

namespace tenon {

namespace {
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::uint64_t kLongest = 100'000'000;  // the format's own limit
constexpr std::size_t kAlignment = 64;

// In the order of DType.
constexpr std::array<std::string_view, 13> kTypeNames = {"F64", "F32", "F16", "BF16", "I64", "I32", "I16",
                                                         "I8",  "U64", "U32", "U16",  "U8",  "BOOL"};

DType read_dtype(JsonReader& json) {
  const std::string name = json.string();
  for (const DType dtype : kAllDTypes)
    if (kTypeNames[static_cast<std::size_t>(dtype)] == name) return dtype;
  json.fail_here("expected one of the element types ", kTypeNames, " before this, found '", name, "'");
}

std::uint64_t read_size(JsonReader& json) {
  const std::int64_t value = json.integer();
  if (value < 0) json.fail_here("expected no negative number before this, found ", value);
  return static_cast<std::uint64_t>(value);
}

Shape read_shape(JsonReader& json) {
  Shape shape;
  json.array([&] { shape.push_back(static_cast<std::int64_t>(read_size(json))); });
  return shape;
}

void read_offsets(JsonReader& json, SafeTensorEntry& entry) {
  std::size_t count = 0;
  json.array([&] {
    const std::uint64_t value = read_size(json);
    if (count == 0) entry.begin = value;
    if (count == 1) entry.end = value;
    ++count;
  });
  if (count != 2) json.fail_here("expected two offsets before this, found ", count);
}

SafeTensorEntry read_entry(JsonReader& json, std::string name) {
  SafeTensorEntry entry{.name = std::move(name)};
  bool has_dtype = false, has_shape = false, has_offsets = false;
  const auto once = [&](bool& has, const std::string& key) {
    if (std::exchange(has, true)) json.fail_here("'", key, "' stands twice in tensor '", entry.name, "'");
  };
  json.object([&](const std::string& key) {
    if (key == "dtype") {
      once(has_dtype, key);
      entry.dtype = read_dtype(json);
    } else if (key == "shape") {
      once(has_shape, key);
      entry.shape = read_shape(json);
    } else if (key == "data_offsets") {
      once(has_offsets, key);
      read_offsets(json, entry);
    } else {
      json.fail_here("expected 'dtype', 'shape' or 'data_offsets' in tensor '", entry.name, "', found '", key,
                     "'");
    }
  });
  if (!has_dtype || !has_shape || !has_offsets)
    json.fail_here("expected 'dtype', 'shape' and 'data_offsets' in tensor '", entry.name, "' before this");
  return entry;
}

void read_metadata(JsonReader& json, std::map<std::string, std::string>& metadata) {
  json.object([&](std::string key) {
    const auto [at, added] = metadata.emplace(std::move(key), "");
    if (!added) json.fail_here("'", at->first, "' stands twice in the metadata");
    at->second = json.string();
  });
}

Json describe(const Tensor& tensor, std::uint64_t begin) {
  return Json::Object{{"dtype", kTypeNames[static_cast<std::size_t>(tensor.dtype())]},
                      {"shape", Json::Array(tensor.shape().begin(), tensor.shape().end())},
                      {"data_offsets", Json::Array{begin, begin + tensor.bytes()}}};
}

void require_utf8(std::string_view text) {
  require(is_utf8(text), "a name or metadata to be written is not UTF-8");
}
}  // namespace

SafeTensorHeader parse_safetensor_header(Bytes file, std::string_view name) {
  constexpr std::uint64_t kLength = sizeof(std::uint64_t);
  require_at(file.size() >= kLength, name, 0, "expected a safetensors file, of at least 8 bytes, found ",
             file.size());
  const auto length = load<std::uint64_t>(file.data());
  require_at(length <= std::min<std::uint64_t>(kLongest, file.size() - kLength), name, 0,
             "expected the length of a safetensors header, found ", length, ", with ", file.size() - kLength,
             " bytes to follow");
  const std::string_view text = text_of(file.subspan(kLength, length));
  require_at(text.starts_with('{'), name, kLength, "expected a safetensors header, which begins with '{'");

  SafeTensorHeader header{.size = kLength + length};
  JsonReader json(text, name, kLength);
  json.object([&](std::string key) {
    if (key == kMetadata)
      read_metadata(json, header.metadata);
    else
      header.entries.push_back(read_entry(json, std::move(key)));
  });
  json.finish();
  return header;
}

std::string safetensor_header(const SafeTensors& content) {
  Json::Object members;
  if (!content.metadata.empty()) {
    Json::Object metadata;
    for (const auto& [key, value] : content.metadata) {
      require_utf8(key);
      require_utf8(value);
      metadata.emplace_back(key, value);
    }
    members.emplace_back(kMetadata, std::move(metadata));
  }
  std::uint64_t begin = 0;
  for (const auto& [name, tensor] : content.tensors) {
    require(name != kMetadata, "a tensor in a safetensors file cannot be called '", kMetadata, "'");
    require_utf8(name);
    members.emplace_back(name, describe(tensor, begin));
    begin += tensor.bytes();
  }
  std::string text = to_string(Json(std::move(members)));
  const std::size_t whole = (8 + text.size() + kAlignment - 1) / kAlignment * kAlignment;
  text.resize(whole - 8, ' ');
  std::string header;
  append_value(header, std::uint64_t{text.size()});
  return header + text;
}

}  // namespace tenon
