// The files of a run's folder that have no reader of their own: `latest`, `progress.json`, `model.json` and
// `metrics.jsonl`, in this order in one input, with "\n%\n" between them. The others are whole.
#include "train/run_folder.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "format/safetensors.h"
#include "target.h"
#include "tenon/ops.h"

namespace {
namespace fs = std::filesystem;

std::string program_text() {
  tenon::Graph graph;
  graph.output("y", graph.input("x", {tenon::DType::f32, {2}}));
  return tenon::print(graph);
}

void put(const std::string& path, std::string_view content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void put_tensors(const std::string& path) {
  tenon::FileWriter file(path);
  tenon::write_safetensors(file, {{{"w", tenon::Tensor::zeros(tenon::DType::f32, {2})}}});
  file.close(tenon::Sync::no);
}

// In memory where that is possible, as it is written anew for each input.
class Folder {
 public:
  Folder() {
    const fs::path memory = "/dev/shm";
    path_ = ((fs::exists(memory) ? memory : fs::temp_directory_path()) / "tenon-fuzz-XXXXXX").string();
    if (!::mkdtemp(path_.data())) std::abort();
    fs::create_directories(checkpoint());
    put(path_ + "/recipe.toml", "seed = 0\n");
    put(path_ + "/program.txt", program_text());
    put_tensors(checkpoint() + "/weights.safetensors");
    put_tensors(checkpoint() + "/optimizer.safetensors");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void fill(std::string_view input) const {
    for (const std::string& file : {path_ + "/latest", checkpoint() + "/progress.json", path_ + "/model.json",
                                    path_ + "/metrics.jsonl"}) {
      constexpr std::string_view kBetween = "\n%\n";
      const std::size_t end = input.find(kBetween);
      put(file, input.substr(0, end));
      input.remove_prefix(end == input.npos ? input.size() : end + kBetween.size());
    }
  }
  const std::string& path() const { return path_; }

 private:
  std::string checkpoint() const { return path_ + "/checkpoints/000000003"; }
  std::string path_;
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder kFolder;
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    kFolder.fill(tenon::text_of(bytes));
    const std::string metrics = kFolder.path() + "/metrics.jsonl";
    const auto metrics_bytes = fs::file_size(metrics);
    tenon::RunFolder run(kFolder.path());
    const tenon::SavedRun saved = run.open();
    tenon::expect(fs::file_size(metrics) == metrics_bytes);
    const auto checkpoint = run.resume();
    tenon::expect(checkpoint && checkpoint->position.step == saved.step && saved.step >= 0);
    tenon::expect(fs::file_size(metrics) <= metrics_bytes);
  });
}
