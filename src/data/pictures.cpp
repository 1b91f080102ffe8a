#include "tenon/pictures.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "format/picture.h"

namespace tenon::data {

namespace fs = std::filesystem;

namespace {
struct Labelled {
  std::string path;
  std::int32_t label;
};

struct Listing {
  std::vector<std::string> class_names;
  std::vector<Labelled> pictures;
};

PictureChannels channels_of(std::int64_t channels) {
  require(channels == 1 || channels == 3, "a picture has 1 or 3 channels, not ", channels);
  return static_cast<PictureChannels>(channels);
}

// In the order of their names: that of a folder is chance.
template <class Wanted>
std::vector<fs::path> entries_of(const fs::path& folder, const Wanted& wanted) {
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (wanted(entry)) entries.push_back(entry.path());
  std::ranges::sort(entries);
  return entries;
}

Listing list(const std::string& folder) {
  require(fs::is_directory(folder), "'", folder, "' is no folder");
  Listing listing;
  for (const fs::path& of_class :
       entries_of(folder, [](const auto& entry) { return entry.is_directory(); })) {
    const auto label = static_cast<std::int32_t>(listing.class_names.size());
    listing.class_names.push_back(of_class.filename().string());
    for (const fs::path& file : entries_of(of_class, [](const auto& entry) {
           return entry.is_regular_file() && names_picture(entry.path().string());
         }))
      listing.pictures.push_back({file.string(), label});
  }
  require(!listing.pictures.empty(), "'", folder,
          "' has no pictures: expected a folder for each class in it, with .png, .jpg or .jpeg files");
  return listing;
}
}  // namespace

Tensor read_picture(const std::string& path, std::int64_t channels) {
  return tenon::read_picture(path, channels_of(channels));
}

void write_png(const std::string& path, const Tensor& picture) { tenon::write_png(path, picture); }

Dataset pictures(const std::string& folder, const Resizing& how, std::int64_t channels) {
  const Listing listing = list(folder);
  const auto count = static_cast<std::int64_t>(listing.pictures.size());
  Tensor x;
  const Tensor y = Tensor::empty(DType::i32, {count});
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& [path, label] = listing.pictures[static_cast<std::size_t>(i)];
    const Tensor picture = resize(read_picture(path, channels), how);
    if (i == 0) x = Tensor::empty(DType::u8, {count, picture.dim(0), picture.dim(1), channels});
    const Tensor place = x.rows(i, i + 1);
    require(picture.bytes() == place.bytes() && picture.dim(0) == x.dim(1), "'", path, "' is ",
            picture.dim(1), " x ", picture.dim(0), " pixels and '", listing.pictures[0].path, "' is ",
            x.dim(2), " x ", x.dim(1), ": say what size pictures are to be made");
    std::memcpy(place.raw(), picture.raw(), picture.bytes());
    y.as<std::int32_t>()[static_cast<std::size_t>(i)] = label;
  }
  return Dataset({{"x", x}, {"y", y}}, listing.class_names);
}

}  // namespace tenon::data
