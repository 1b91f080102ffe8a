#include "format/npz.h"

#include "base/files.h"
#include "format/elements.h"
#include "format/npy.h"
#include "format/zip.h"

namespace tenon {

namespace {
constexpr std::string_view kSuffix = ".npy";
}

NamedTensors read_npz(Bytes bytes, std::string_view name) {
  NamedTensors tensors;
  for (const ZipEntry& entry : read_zip_directory(bytes, name)) {
    require(entry.name.ends_with(kSuffix), "'", name, "': expected NPY files in it, found '", entry.name,
            "'");
    const auto source = open_entry(entry, name);
    tensors.emplace_back(entry.name.substr(0, entry.name.size() - kSuffix.size()), read_npy(*source));
  }
  refuse_duplicate_names(tensors, name);
  return tensors;
}

NamedTensors read_npz(const std::string& path) { return read_npz(MappedFile::open(path)->bytes(), path); }

void write_npz(const std::string& path, const NamedTensors& tensors) {
  refuse_duplicate_names(tensors, path);
  write_atomically(path, [&](FileWriter& file) {
    ZipWriter archive(file);
    for (const auto& [name, tensor] : tensors)
      archive.add(cat(name, kSuffix), {bytes_of(npy_header(tensor)), bytes_of(tensor)});
    archive.finish();
  });
}

}  // namespace tenon
