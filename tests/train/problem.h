// A small problem to train on: points in the plane, by which of three sectors they lie in.
#pragma once

#include <cmath>
#include <filesystem>
#include <numbers>

#include "base/philox.h"
#include "support/temporary_folder.h"
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
class FolderToBe {
 public:
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  static std::filesystem::path parent() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  }
  TemporaryFolder around_{parent()};
  std::string path_ = around_ / "run";
};

}  // namespace tenon::testing
