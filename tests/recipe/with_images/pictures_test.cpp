// A model trained on a folder of pictures, and the engine's program made of it.
#include "tenon/pictures.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "recipe/build.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon::recipe {
namespace {

constexpr const char* kRecipe = R"(
[data]
kind = "pictures"
train = ["FOLDER"]
size = [4, 4]
[model]
layers = ["conv 2 3 same", "relu", "flatten", "linear 2"]
[train]
optimizer = { name = "adam", lr = 0.05 }
epochs = 20
batch = 4
threads = 1
backend = "reference"
)";

TEST(PicturesRecipe, TrainsAModelThatTakesPicturesAsTheyAre) {
  const TemporaryFolder folder;
  for (const char* name : {"dark", "light"}) {
    std::filesystem::create_directory(folder / name);
    for (int i = 0; i < 4; ++i)
      data::write_png(folder / cat(name, "/", i, ".png"),
                      Tensor::full(DType::u8, {5 + i, 6, 3}, name[0] == 'd' ? 10 + i : 200 + i));
  }
  std::string text = kRecipe;
  text.replace(text.find("FOLDER"), 6, folder.path());
  const Recipe recipe = parse_recipe(text, "r.toml");
  const Splits splits = load_data(recipe);
  Trainer trainer = make_trainer(recipe);
  FitOptions options = fit_options(recipe);
  options.progress = Progress::quiet;
  trainer.fit(splits.train, options);
  const TrainedModel model = trainer.model();
  EXPECT_EQ(to_string(model.program->type(*model.program->find_input("x"))), "u8[N, 4, 4, 3]");
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"dark", "light"}));
  EXPECT_EQ(trainer.evaluate(splits.train).metrics.at(0).second, 1);
  EXPECT_EQ(model_table(recipe, splits.train).front().output.dims.at(1), Dim(3));
}

TEST(PicturesRecipe, TakesOneFolder) {
  Data data;
  data.kind = "pictures";
  EXPECT_EQ(message_of([&] { load_files(data, {"a", "b"}); }),
            "data of the kind 'pictures' is one folder, not 2");
}

}  // namespace
}  // namespace tenon::recipe
