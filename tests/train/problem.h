// A small problem to train on: points in the plane, by which of three sectors they lie in.
#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>

#include "base/philox.h"
#include "tenon/train.h"

namespace tenon::testing {

inline Dataset sectors(std::int64_t items, std::uint64_t seed = 1) {
  const Tensor x = Tensor::empty(DType::f32, {items, 2});
  const Tensor y = Tensor::empty(DType::u8, {items});
  for (std::int64_t i = 0; i < items; ++i) {
    const auto words = philox(seed, philox_counter(static_cast<std::uint64_t>(i), 0));
    const double angle = words[0] * 0x1p-32 * 2 * std::numbers::pi;
    x.set_number(2 * i, std::cos(angle));
    x.set_number(2 * i + 1, std::sin(angle));
    y.set_number(i, std::floor(angle / (2 * std::numbers::pi) * 3));
  }
  return Dataset({{"x", x}, {"y", y}}, {"east", "west", "south"});
}

inline nn::Sequential small_net() { return {nn::Linear{8}, nn::Tanh{}, nn::Dropout{0.1}, nn::Linear{3}}; }

inline Trainer small_trainer(TrainerOptions options = {}) {
  if (options.backend.empty()) options.backend = "reference";
  return {small_net(), optim::Adam{.lr = 0.02}, loss::cross_entropy, std::move(options)};
}

inline bool same_tensors(const NamedTensors& a, const NamedTensors& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].first != b[i].first || !identical(a[i].second, b[i].second)) return false;
  return true;
}

// A folder that is not there yet, and is gone at the end. In memory where that is possible: checkpoints are
// synced, and tests write many.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "tenon-train-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::filesystem::remove(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace tenon::testing
