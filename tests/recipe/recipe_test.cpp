#include "recipe/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/message_of.h"

namespace tenon::recipe {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSmall = R"(seed = 7
[data]
train = ["items.idx", "labels.idx"]
[model]
layers = ["flatten", "linear 10"]
[train]
optimizer = { name = "sgd", lr = 0.5, momentum = 0.9, groups = [{ pattern = "*.bias", rate = 2 }] }
schedule = "linear"
epochs = 3
)";

Recipe small(const Overrides& overrides = {}) { return parse_recipe(kSmall, "r.toml", overrides); }

std::string error_in(std::string_view text, const Overrides& overrides = {}) {
  return message_of([&] { parse_recipe(text, "r.toml", overrides); });
}

std::string error_of_train(std::string_view line) {
  return error_in(cat("data.train = ['a', 'b']\nmodel.layers = ['relu']\n[train]\n", line, "\n"));
}

TEST(Recipe, IsReadWithDefaultsForWhatItDoesNotSay) {
  const Recipe recipe = small();
  EXPECT_EQ(recipe.seed, 7);
  EXPECT_EQ(recipe.data.kind, "idx");
  EXPECT_EQ(recipe.model.layers, (std::vector<std::string>{"flatten", "linear 10"}));
  const auto& sgd = std::get<optim::Sgd>(recipe.train.optimizer.settings);
  EXPECT_EQ(sgd.lr, 0.5);
  EXPECT_EQ(sgd.momentum, 0.9);
  ASSERT_EQ(sgd.groups.size(), 1u);
  EXPECT_EQ(sgd.groups[0].pattern, "*.bias");
  EXPECT_EQ(sgd.groups[0].rate, 2);
  EXPECT_EQ(recipe.train.schedule.name, "linear");
  EXPECT_EQ(recipe.train.epochs, 3);
  EXPECT_EQ(recipe.train.batch, 64);
  EXPECT_GE(recipe.train.threads, 1);
}

TEST(Recipe, PrintedIsARecipeThatPrintsTheSame) {
  const std::string text = to_toml(small({"data.mean=[0.1, 1]", "data.class_names=[\"a \\\"b\\\"\\n\"]",
                                          "train.optimizer.lr=1e-30", "data.scale=2"}));
  EXPECT_EQ(to_toml(parse_recipe(text, "printed")), text);
  EXPECT_THAT(text, HasSubstr("lr = 1e-30, momentum = 0.9, nesterov = false, weight_decay = 0.0, "
                              "groups = [{ pattern = \"*.bias\", rate = 2.0 }] }"));
  EXPECT_THAT(text, HasSubstr("schedule = { name = \"linear\", end = 0.0, warm_up = 0 }"));
}

TEST(Recipe, PicturesHaveASize) {
  const Recipe recipe = small({"data.kind=pictures", "data.size=[32, 48]", "data.sampling=nearest"});
  EXPECT_EQ(recipe.data.picture.size, (std::vector<std::int64_t>{32, 48}));
  EXPECT_THAT(to_toml(recipe),
              HasSubstr("size = [32, 48]\nfit = \"crop\"\ncrop = 1.0\nsampling = \"nearest\""));
  EXPECT_THAT(message_of([] { small({"data.kind=pictures", "data.size=[32, 0]"}); }),
              HasSubstr("expected a height and a width, such as [224, 224], found [32, 0]"));
  EXPECT_THAT(message_of([] { small({"data.size=[32, 48]"}); }), HasSubstr("there is no key 'data.size'"));
}

TEST(Recipe, EachOptimizerHasItsOwnDefaults) {
  EXPECT_EQ(std::get<optim::AdamW>(small({"train.optimizer=adamw"}).train.optimizer.settings).weight_decay,
            optim::AdamW{}.weight_decay);
  EXPECT_THAT(to_toml(small({"train.optimizer=lamb"})), HasSubstr("optimizer = { name = \"lamb\", lr = "));
}

TEST(Recipe, AnyKeyCanBeSet) {
  const Recipe recipe = small({"train.epochs=9", "train.loss=mse", "model.layers=[\"relu\"]",
                               "train.schedule.end=0.5", "train.clip.norm=1", "train.epochs=8"});
  EXPECT_EQ(recipe.train.epochs, 8);
  EXPECT_EQ(recipe.train.loss, "mse");
  EXPECT_EQ(recipe.model.layers, std::vector<std::string>{"relu"});
  EXPECT_EQ(recipe.train.schedule.name, "linear");
  EXPECT_EQ(recipe.train.schedule.end, 0.5);
  EXPECT_EQ(recipe.train.clip.norm, 1);
}

TEST(Recipe, AMisspeltKeyNamesTheNearestAndItsPlace) {
  EXPECT_EQ(error_in("[data]\n[train]\n  epoch = 3\n"),
            "r.toml:3:3: there is no key 'train.epoch'; did you mean 'epochs'?");
  EXPECT_EQ(error_in("sede = 3\n"), "r.toml:1:1: there is no key 'sede'; did you mean 'seed'?");
  EXPECT_EQ(error_in("xyzzyx = 3\n"),
            "r.toml:1:1: there is no key 'xyzzyx'; there are [seed, data, model, train]");
  EXPECT_EQ(error_of_train("optimizer = { name = 'sgd', beta1 = 0.9 }"),
            "r.toml:4:29: there is no key 'train.optimizer.beta1'; there are [name, lr, momentum, nesterov, "
            "weight_decay, groups]");
}

TEST(Recipe, AMisspeltNameNamesTheNearestAndItsPlace) {
  EXPECT_EQ(error_of_train("optimizer = 'adma'"),
            "r.toml:4:13: train.optimizer.name: there is no optimizer 'adma'; did you mean 'adam'?");
  EXPECT_EQ(error_of_train("loss = 'cross-entropy'"),
            "r.toml:4:8: train.loss: there is no loss 'cross-entropy'; did you mean 'cross_entropy'?");
  EXPECT_EQ(error_of_train("metrics = ['mae', 'acuracy']"),
            "r.toml:4:19: train.metrics: there is no metric 'acuracy'; did you mean 'accuracy'?");
  EXPECT_EQ(error_in("[model]\nlayers = [\n  'flatten',\n  'liner 10']\n"),
            "r.toml:4:3: model.layers: there is no layer 'liner'; did you mean 'linear'?");
}

TEST(Recipe, AValueOfTheWrongKindNamesItsPlace) {
  EXPECT_EQ(error_of_train("epochs = 'many'"), "r.toml:4:10: train.epochs: expected a whole number");
  EXPECT_EQ(error_of_train("epochs = 0"), "r.toml:4:10: train.epochs: expected at least 1, found 0");
  EXPECT_EQ(error_of_train("clip = 3"), "r.toml:4:8: train.clip: expected a table");
  EXPECT_EQ(error_of_train("optimizer.lr = true"), "r.toml:4:16: train.optimizer.lr: expected a number");
  EXPECT_EQ(error_in("data.train = 'a'\n"), "r.toml:1:14: data.train: expected a list in [brackets]");
}

TEST(Recipe, ALetterThatTomlDoesNotTakeNamesItsPlace) {
  for (const char* letter : {"\u00e9", "\ufe7f", "\u2e80"})
    EXPECT_THAT(error_in(cat("seed = 1\n", letter, " = 7\n")), HasSubstr("r.toml:2:1: ")) << letter;
}

TEST(Recipe, AnOptionThatIsWrongIsNamed) {
  EXPECT_EQ(error_in(kSmall, {"train.epoch=1"}),
            "--set train.epoch=1: there is no key 'train.epoch'; did you mean 'epochs'?");
  EXPECT_EQ(error_in(kSmall, {"train.epochs=soon"}),
            "--set train.epochs=soon: train.epochs: expected a whole number");
  EXPECT_EQ(error_in(kSmall, {"epochs"}), "--set epochs: expected KEY=VALUE, such as train.epochs=1");
  EXPECT_EQ(error_in(kSmall, {"seed.x=1"}), "--set seed.x=1: 'seed' is no table and has no keys");
}

TEST(Recipe, WhatIsNoTomlNamesItsPlace) {
  EXPECT_THAT(error_in("seed = 1\n[train\n"), HasSubstr("r.toml:2:"));
  EXPECT_THAT(error_in("seed = 1\nseed = 2\n"), HasSubstr("r.toml:2:"));
}

TEST(Recipe, NeedsDataAndLayers) {
  EXPECT_EQ(error_in(""), "r.toml: 'data.train' must name the files to train on");
  EXPECT_EQ(
      error_in("data.train = ['a']"),
      "r.toml: 'model.layers' must name the layers of the model, or 'model.onnx' a model to go on from");
  EXPECT_EQ(error_in("data.train = ['a']\nmodel = { layers = ['relu'], head = 3 }"),
            "r.toml: 'model.head' and 'model.freeze' are of the model that 'model.onnx' names");
}

}  // namespace
}  // namespace tenon::recipe
