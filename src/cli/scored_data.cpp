#include "cli/scored_data.h"

#include <filesystem>

#include "cli/feeding.h"
#include "data/find_file.h"
#include "recipe/build.h"
#include "recipe/fields.h"

namespace tenon::cli {

namespace {
struct Source {
  std::string kind;
  std::vector<std::string> files;
};

// The test files of a data set that a folder holds; otherwise its folders are classes of pictures.
Source source_in(const std::string& folder) {
  const auto holds = [&](const char* name) { return data::has_plain_or_gzip(folder, name); };
  const auto file = [&](const char* name) { return data::plain_or_gzip(folder, name); };
  if (holds("t10k-images-idx3-ubyte"))
    return {"idx", {file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte")}};
  if (holds("test_batch.bin")) return {"cifar10", {file("test_batch.bin")}};
  if (holds("test.bin")) return {"cifar100", {file("test.bin")}};
  return {"pictures", {folder}};
}

Source source_of(const Scoring& scoring) {
  const std::string& first = scoring.data.front();
  Source source{"idx", scoring.data};
  if (std::filesystem::is_directory(first))
    source = source_in(first);
  else if (first.ends_with(".npz"))
    source.kind = "npz";
  else if (first.ends_with(".npy"))
    source.kind = "npy";
  else if (first.ends_with(".bin") || first.ends_with(".bin.gz"))
    source.kind = "cifar10";
  if (!scoring.kind.empty()) source.kind = scoring.kind;
  return source;
}
}  // namespace

Dataset data_for(const Scoring& scoring, const std::string& path, const Model& model,
                 const recipe::Interface& interface) {
  if (scoring.data.empty()) {
    require(model.recipe.has_value(), "'", path, "' does not say what data it is of: give --data");
    return held_back(*model.recipe);
  }
  const Source source = source_of(scoring);
  if (source.kind == "pictures" && source.files.size() == 1) {
    const Port port = fed_port(model.engine, interface);
    return data::pictures(source.files[0], resizing_for(port, interface), channels_of(port));
  }
  recipe::Data data;
  recipe::OneOf{recipe::kKinds, "kind of data"}(source.kind);
  data.kind = source.kind;
  return recipe::load_files(data, source.files);
}

const Tensor& target_of(const Dataset& data, const Scoring& scoring) {
  return data.column(scoring.target.empty() ? "y" : scoring.target);
}

}  // namespace tenon::cli
