// Elements in files beside the model: read where they may be, refused where they lead out of its folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "onnx/model_writer.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon::onnx_models {

namespace {
using testing::HasSubstr;
namespace fs = std::filesystem;

using External = std::vector<std::pair<std::string, std::string>>;

class OnnxExternalData : public testing::Test {
 protected:
  OnnxExternalData() {
    fs::create_directories(folder_ / "model/parts");
    put("model/w.bin", numbers());
  }

  static std::string numbers() { return *raw_fields("", Tensor::of<float>({4}, {1, 2, 3, 4})).raw; }
  void put(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  // Two floats of an external file, as the model has them.
  Tensor load(External external) {
    const TensorFields fields{.name = "w", .shape = {2}, .external = std::move(external)};
    put("model/m.onnx",
        write(Model{
            .graph = {.nodes = {{"Identity", {"w"}, {"y"}}}, .outputs = {{"y"}}, .initialisers = {fields}}}));
    return import_onnx(folder_ / "model/m.onnx").weights.at(0).second;
  }
  std::string refusal(External external) {
    return message_of([&] { load(std::move(external)); });
  }

  TemporaryFolder folder_;
};

TEST_F(OnnxExternalData, AtAnOffset) {
  const Tensor w = load({{"location", "w.bin"}, {"offset", "4"}, {"length", "8"}});
  EXPECT_TRUE(identical(w, Tensor::of<float>({2}, {2, 3})));
}

TEST_F(OnnxExternalData, ToItsEndWhereNoLengthIsSaid) {
  EXPECT_TRUE(identical(load({{"location", "w.bin"}, {"offset", "8"}}), Tensor::of<float>({2}, {3, 4})));
}

TEST_F(OnnxExternalData, AtAnOffsetThatIsNotAligned) {
  put("model/odd.bin", "x" + numbers());
  const Tensor w = load({{"location", "odd.bin"}, {"offset", "1"}, {"length", "8"}});
  EXPECT_TRUE(identical(w, Tensor::of<float>({2}, {1, 2})));
}

TEST_F(OnnxExternalData, InAFolderBelow) {
  put("model/parts/w.bin", numbers());
  EXPECT_EQ(load({{"location", "parts/w.bin"}, {"length", "8"}}).number(), 1);
}

TEST_F(OnnxExternalData, RefusesAnotherLengthThanTheTensorNeeds) {
  EXPECT_THAT(refusal({{"location", "w.bin"}}), HasSubstr("needs 8 bytes, and there are 16"));
}

TEST_F(OnnxExternalData, RefusesPlacesBehindItsEnd) {
  EXPECT_THAT(refusal({{"location", "w.bin"}, {"offset", "12"}, {"length", "8"}}),
              HasSubstr("behind its end"));
  EXPECT_THAT(refusal({{"location", "w.bin"}, {"offset", "17"}}), HasSubstr("behind its end"));
  EXPECT_THAT(refusal({{"location", "w.bin"}, {"offset", "18446744073709551615"}, {"length", "8"}}),
              HasSubstr("behind its end"));
}

TEST_F(OnnxExternalData, RefusesNumbersThatAreNone) {
  EXPECT_THAT(refusal({{"location", "w.bin"}, {"offset", "-4"}}), HasSubstr("no number: '-4'"));
  EXPECT_THAT(refusal({{"location", "w.bin"}, {"length", "8 bytes"}}), HasSubstr("no number: '8 bytes'"));
}

TEST_F(OnnxExternalData, RefusesAFileThatIsNotThere) {
  const std::string message = refusal({{"location", "gone.bin"}, {"length", "8"}});
  EXPECT_THAT(message, HasSubstr("tensor 'w': external data 'gone.bin' is not there"));
}

TEST_F(OnnxExternalData, RefusesPathsOutOfTheFolder) {
  put("w.bin", numbers());
  EXPECT_THAT(refusal({{"location", "../w.bin"}, {"length", "8"}}), HasSubstr("leads out of"));
  EXPECT_THAT(refusal({{"location", "parts/../../w.bin"}, {"length", "8"}}), HasSubstr("leads out of"));
  EXPECT_THAT(refusal({{"location", folder_ / "w.bin"}, {"length", "8"}}),
              HasSubstr("must be a path within"));
  EXPECT_THAT(refusal({{"location", ""}, {"length", "8"}}), HasSubstr("must be a path within"));
  EXPECT_THAT(refusal({{"location", std::string("w.bin\0x", 7)}}), HasSubstr("zero byte"));
}

TEST_F(OnnxExternalData, RefusesLinksOfEitherKind) {
  put("w.bin", numbers());
  fs::create_symlink(folder_ / "w.bin", folder_ / "model/symbolic.bin");
  fs::create_directory_symlink(folder_.path(), folder_ / "model/out");
  fs::create_hard_link(folder_ / "w.bin", folder_ / "model/hard.bin");
  EXPECT_THAT(refusal({{"location", "symbolic.bin"}, {"length", "8"}}), HasSubstr("symbolic link"));
  EXPECT_THAT(refusal({{"location", "out/w.bin"}, {"length", "8"}}), HasSubstr("symbolic link"));
  EXPECT_THAT(refusal({{"location", "hard.bin"}, {"length", "8"}}), HasSubstr("hard link"));
}

TEST_F(OnnxExternalData, RefusesWhatIsNoPlainFile) {
  EXPECT_THAT(refusal({{"location", "parts"}, {"length", "8"}}), HasSubstr("no plain file"));
}

TEST_F(OnnxExternalData, AModelInMemoryHasNone) {
  const TensorFields fields{.name = "w", .shape = {2}, .external = {{"location", "w.bin"}}};
  const Model model{
      .graph = {.nodes = {{"Identity", {"w"}, {"y"}}}, .outputs = {{"y"}}, .initialisers = {fields}}};
  EXPECT_THAT(message_of([&] { import(model); }), HasSubstr("the model has no folder"));
}
}  // namespace

}  // namespace tenon::onnx_models
