#include "train/run_folder.h"

#include <charconv>
#include <filesystem>

#include "base/descriptor.h"
#include "base/files.h"
#include "format/safetensors.h"

namespace tenon {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kLatest = "latest";
constexpr std::string_view kMetrics = "metrics.jsonl";
constexpr std::string_view kRecipe = "recipe.toml";
constexpr std::string_view kProgram = "program.txt";
constexpr std::string_view kModel = "model.json";
constexpr std::string_view kEnvironment = "environment.json";

std::string name_of_step(std::int64_t step) {
  std::string digits = cat(step);
  constexpr std::size_t kDigits = 9;  // so that names sort as steps do
  return digits.size() < kDigits ? std::string(kDigits - digits.size(), '0') + digits : digits;
}

Json to_json(const Checkpoint& checkpoint, std::int64_t metrics_bytes) {
  const Position& at = checkpoint.position;
  return Json::Object{{"epoch", at.epoch},
                      {"item", at.item},
                      {"step", at.step},
                      {"first_epoch", at.first_epoch},
                      {"first_step", at.first_step},
                      {"seed", std::to_string(checkpoint.identity.seed)},
                      {"batch", checkpoint.identity.batch},
                      {"items", checkpoint.identity.items},
                      {"metrics_bytes", metrics_bytes}};
}

// A count from a file: what is negative was damaged or meant ill.
std::int64_t count(const Json& json, std::string_view key, const std::string& path) {
  const std::int64_t value = json.at(key).integer();
  require(value >= 0, path, ": '", key, "' cannot be ", value);
  return value;
}

std::uint64_t parse_seed(const std::string& text, const std::string& path) {
  std::uint64_t seed = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seed);
  require(code == std::errc{} && end == text.data() + text.size(), path, ": the seed '", text,
          "' is no whole number of 64 bits");
  return seed;
}

struct Progressed {
  Checkpoint checkpoint;
  std::int64_t metrics_bytes;
};

Progressed read_progress(const std::string& path) {
  const Json json = parse_json(read_text(path), path);
  Progressed read{};
  Position& at = read.checkpoint.position;
  at.epoch = count(json, "epoch", path);
  at.item = count(json, "item", path);
  at.step = count(json, "step", path);
  at.first_epoch = count(json, "first_epoch", path);
  at.first_step = count(json, "first_step", path);
  read.checkpoint.identity = {parse_seed(json.at("seed").string(), path), count(json, "batch", path),
                              count(json, "items", path)};
  read.metrics_bytes = count(json, "metrics_bytes", path);
  return read;
}

// The folder of a checkpoint that `latest` names: digits alone, so that it leads nowhere else.
void check_checkpoint_name(std::string_view name, const std::string& path) {
  require(!name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos, path,
          ": this is not the name of a checkpoint: '", name.substr(0, 40), "'");
}

void sync(const Descriptor& file, const std::string& path) {
  if (::fsync(file.value()) != 0) fail_with_errno("sync", path);
}

// Into a folder that is not published yet: all of it is synced when it is.
void write_tensors(const std::string& path, const NamedTensors& tensors) {
  FileWriter file(path);
  write_safetensors(file, {tensors});
  file.close(Sync::no);
}

Json class_list(const std::vector<std::string>& names) { return Json::Array(names.begin(), names.end()); }
}  // namespace

// What a process that was killed left half written beside the files.
void RunFolder::sweep() const {
  for (const std::string_view name : {kLatest, kRecipe, kProgram, kModel, kEnvironment})
    remove_leftovers(file(name));
}

bool RunFolder::has_checkpoint() const { return fs::exists(file(kLatest)); }

void RunFolder::create() const {
  require(!has_checkpoint(), "'", path_, "' holds a run already: resume it, or choose another folder");
  std::error_code code;
  fs::create_directories(fs::path(path_) / "checkpoints", code);
  require(!code, "cannot create '", path_, "': ", code.message());
  sweep();
  if (!fs::exists(file(kMetrics))) return;
  fs::resize_file(file(kMetrics), 0, code);  // of a run that ended before its first checkpoint
  require(!code, "cannot empty '", file(kMetrics), "': ", code.message());
}

void RunFolder::describe(const std::string& recipe, const TrainedModel& model,
                         const Json& environment) const {
  write_atomically(file(kRecipe), recipe);
  write_atomically(file(kProgram), print(*model.program));
  const Json about = Json::Object{{"class_names", class_list(model.class_names)}};
  write_atomically(file(kModel), to_pretty_string(about));
  write_atomically(file(kEnvironment), to_pretty_string(environment));
}

void RunFolder::save(const Checkpoint& checkpoint) {
  const std::string name = name_of_step(checkpoint.position.step);
  publish_folder(checkpoint_path(name), [&](const std::string& folder) {
    write_tensors(folder + "/weights.safetensors", checkpoint.weights);
    write_tensors(folder + "/optimizer.safetensors", checkpoint.optimizer);
    FileWriter progress(folder + "/progress.json");
    progress.write(to_pretty_string(to_json(checkpoint, metrics_bytes_)));
    progress.close(Sync::no);
  });
  if (name != latest_) previous_ = std::exchange(latest_, name);
  write_atomically(file(kLatest), name + "\n");
  remove_old_checkpoints();
}

void RunFolder::remove_old_checkpoints() const {
  std::error_code ignored;  // what cannot be removed now is tried again at the next checkpoint
  for (const fs::directory_entry& entry : fs::directory_iterator(file("checkpoints"), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name != latest_ && name != previous_) fs::remove_all(entry.path(), ignored);
  }
}

std::string RunFolder::latest_name() const {
  std::string name = read_text(file(kLatest));
  while (!name.empty() && name.back() == '\n') name.pop_back();
  check_checkpoint_name(name, file(kLatest));
  return name;
}

std::optional<Checkpoint> RunFolder::resume() {
  if (!has_checkpoint()) return std::nullopt;
  sweep();
  latest_ = latest_name();
  const std::string folder = checkpoint_path(latest_);
  Progressed read = read_progress(folder + "/progress.json");
  read.checkpoint.weights = read_safetensors(folder + "/weights.safetensors").tensors;
  read.checkpoint.optimizer = read_safetensors(folder + "/optimizer.safetensors").tensors;
  metrics_bytes_ = read.metrics_bytes;
  std::error_code code;
  const auto size = fs::exists(file(kMetrics)) ? fs::file_size(file(kMetrics), code) : 0;
  require(!code && size >= static_cast<std::uintmax_t>(metrics_bytes_), file(kMetrics), " has ", size,
          " bytes where the checkpoint counts on ", metrics_bytes_);
  if (size > static_cast<std::uintmax_t>(metrics_bytes_))
    fs::resize_file(file(kMetrics), static_cast<std::uintmax_t>(metrics_bytes_), code);
  require(!code, "cannot shorten '", file(kMetrics), "': ", code.message());
  return std::move(read.checkpoint);
}

void RunFolder::add_metrics(const Json& line) {
  const std::string text = to_string(line) + "\n";
  const std::string path = file(kMetrics);
  const Descriptor out(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (!out.valid()) fail_with_errno("write", path);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(out.value(), text.data() + done, text.size() - done);
    if (wrote < 0 && errno != EINTR) fail_with_errno("write", path);
    if (wrote > 0) done += static_cast<std::size_t>(wrote);
  }
  sync(out, path);
  metrics_bytes_ += static_cast<std::int64_t>(text.size());
}

SavedRun RunFolder::open() const {
  require(fs::is_directory(path_), "'", path_, "' is no run folder");
  require(has_checkpoint(), "'", path_, "' holds no checkpoint yet: there is nothing trained in it");
  const std::string folder = checkpoint_path(latest_name());
  const Progressed read = read_progress(folder + "/progress.json");
  SavedRun run;
  run.recipe = read_text(file(kRecipe));
  run.model.program = std::make_shared<const Graph>(parse(read_text(file(kProgram))));
  run.model.weights = read_safetensors(folder + "/weights.safetensors").tensors;
  const Json about = parse_json(read_text(file(kModel)), file(kModel));
  for (const Json& name : about.at("class_names").array()) run.model.class_names.push_back(name.string());
  run.epoch = read.checkpoint.position.epoch;
  run.step = read.checkpoint.position.step;
  return run;
}

SavedRun open_run(const std::string& folder) { return RunFolder(folder).open(); }

}  // namespace tenon
