// A small model, trained and built once for all tests of a program: two classes of points.
#pragma once

#include <gtest/gtest.h>

#include <fstream>

#include "cli/process.h"
#include "format/npy.h"
#include "format/npz.h"

namespace tenon::testing {

class Trained : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_data();
    train_ = run({"train", "points.toml", "--out", "run"});
    build_ = run({"build", "run", "-o", "m.tenon", "--backend", "reference"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static Ran run(const std::vector<std::string>& words) { return run_tenon(words, folder_->path()); }
  static std::string path(const std::string& name) { return *folder_ / name; }

  static TemporaryFolder* folder_;
  static Ran train_;
  static Ran build_;

 private:
  static void write_data() {
    constexpr std::int64_t kItems = 90;
    const Tensor x = Tensor::empty(DType::f32, {kItems, 2});
    const Tensor y = Tensor::empty(DType::i64, {kItems});
    for (std::int64_t i = 0; i < kItems; ++i) {
      x.set_number(2 * i, static_cast<double>(i * 37 % 19) / 19);
      x.set_number(2 * i + 1, static_cast<double>(i * 53 % 23) / 23);
      y.set_number(i, x.number(2 * i) < x.number(2 * i + 1) ? 1 : 0);
    }
    write_npy(path("x.npy"), x);
    write_npy(path("y.npy"), y);
    write_npz(path("x.npz"), {{"x", x}});
    write_npz(path("test.npz"), {{"x", x.rows(60, 90)}, {"y", y.rows(60, 90)}});
    std::ofstream(path("points.toml"))
        << "data = { kind = 'npy', train = ['x.npy', 'y.npy'], validate = 0.2, "
           "class_names = ['below', 'above'] }\n"
           "model.layers = ['linear 8', 'relu', 'linear 2']\n"
           "[train]\noptimizer = { name = 'adam', lr = 0.05 }\nepochs = 15\n"
           "batch = 16\nthreads = 1\nbackend = 'reference'\n";
  }
};

inline TemporaryFolder* Trained::folder_ = nullptr;
inline Ran Trained::train_;
inline Ran Trained::build_;

}  // namespace tenon::testing
