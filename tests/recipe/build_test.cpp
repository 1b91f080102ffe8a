#include "recipe/build.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "format/npy.h"
#include "format/npz.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon::recipe {
namespace {

using ::testing::HasSubstr;

// Items whose class is the larger of two numbers' place.
Dataset separable(std::int64_t count) {
  const Tensor x = Tensor::empty(DType::f32, {count, 2});
  const Tensor y = Tensor::empty(DType::i64, {count});
  for (std::int64_t i = 0; i < count; ++i) {
    x.set_number(2 * i, static_cast<double>(i * 37 % 19) / 19);
    x.set_number(2 * i + 1, static_cast<double>(i * 53 % 23) / 23);
    y.set_number(i, x.number(2 * i) < x.number(2 * i + 1) ? 1 : 0);
  }
  return Dataset({{"x", x}, {"y", y}});
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    const Dataset set = separable(60);
    write_npy(folder_ / "x.npy", set.column("x"));
    write_npy(folder_ / "y.npy", set.column("y"));
    write_npz(folder_ / "xy.npz", set.columns());
  }

  Recipe recipe(const Overrides& overrides = {}) const {
    return parse_recipe(cat("data = { kind = 'npy', train = ['", folder_ / "x.npy", "', '", folder_ / "y.npy",
                            "'] }\nmodel.layers = ['linear 8', 'relu', 'linear 2']\n"
                            "train = { optimizer = { name = 'adam', lr = 0.05 }, epochs = 20, batch = 16, "
                            "threads = 1, backend = 'reference' }\n"),
                        "r.toml", overrides);
  }

  TemporaryFolder folder_;
};

Data of_kind(const std::string& kind) {
  Data data;
  data.kind = kind;
  return data;
}

TEST(Batches, OfCifarFollowOneAnother) {
  const std::string ten = corpus("cifar/ten.bin");
  EXPECT_EQ(load_files(of_kind("cifar10"), {ten, ten}).column("x").shape(), (Shape{4, 3, 32, 32}));
  EXPECT_EQ(load_files(of_kind("cifar100"), {corpus("cifar/hundred.bin")}).column("y").number(), 99);
}

TEST_F(Files, TrainAModel) {
  const Recipe chosen = recipe();
  const Splits splits = load_data(chosen);
  Trainer trainer = make_trainer(chosen);
  FitOptions options = fit_options(chosen);
  options.progress = Progress::quiet;
  trainer.fit(splits.train, options);
  const Score score = trainer.evaluate(splits.train);
  ASSERT_FALSE(score.metrics.empty());
  EXPECT_EQ(score.metrics[0].first, "accuracy");
  EXPECT_GT(score.metrics[0].second, 0.9);
}

TEST_F(Files, AShareIsKeptBackToValidate) {
  const Splits splits = load_data(recipe({"data.validate=0.25"}));
  EXPECT_EQ(splits.train.size(), 45);
  EXPECT_EQ(splits.validate.size(), 15);
  EXPECT_EQ(splits.test.size(), 0);
}

TEST_F(Files, TheTestSetValidatesWhereNoneIsKeptBack) {
  const std::string files = cat("data.test=['", folder_ / "x.npy", "', '", folder_ / "y.npy", "']");
  EXPECT_EQ(load_data(recipe({files})).validate.size(), 60);
}

TEST_F(Files, OfAnNpzAreItsColumns) {
  const Splits splits = load_data(recipe({"data.kind=npz", cat("data.train=['", folder_ / "xy.npz", "']")}));
  EXPECT_TRUE(identical(splits.train.column("x"), separable(60).column("x")));
}

TEST_F(Files, ThatAreTooFewAreNamed) {
  EXPECT_EQ(message_of([&] { load_data(recipe({"data.train=['a']"})); }),
            "data of the kind 'npy' is two files, items and labels, not 1");
  EXPECT_THAT(message_of([&] { load_data(recipe({"data.train=['none', 'none']"})); }),
              HasSubstr("cannot open 'none'"));
}

TEST_F(Files, AreFoundBesideTheRecipe) {
  Recipe chosen = recipe({"data.train=['x.npy', 'y.npy']"});
  make_paths_absolute(chosen, folder_ / "r.toml");
  EXPECT_EQ(chosen.data.train[0], folder_ / "x.npy");
  EXPECT_EQ(load_data(chosen).train.size(), 60);
}

}  // namespace
}  // namespace tenon::recipe
