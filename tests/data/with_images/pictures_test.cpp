#include "tenon/pictures.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

class PictureFolder : public ::testing::Test {
 protected:
  PictureFolder() {
    for (const char* name : {"cat", "dog", "empty"}) std::filesystem::create_directory(folder_ / name);
    write("dog/1.png", 2, 3, 7);
    write("cat/b.png", 2, 2, 5);
    write("cat/a.png", 2, 2, 4);
    std::ofstream(folder_ / "cat/notes.txt") << "no picture";
    std::ofstream(folder_ / "README") << "of no class";
  }

  void write(const std::string& name, std::int64_t height, std::int64_t width, double value) {
    data::write_png(folder_ / name, Tensor::full(DType::u8, {height, width, 3}, value));
  }

  TemporaryFolder folder_;
};

TEST_F(PictureFolder, HasAClassAFolderInTheOrderOfNames) {
  const Dataset data = data::pictures(folder_.path(), {.height = 2, .width = 2});
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"cat", "dog", "empty"}));
  EXPECT_TRUE(identical(data.column("y"), Tensor::of<std::int32_t>({3}, {0, 0, 1})));
  const Tensor& x = data.column("x");
  EXPECT_EQ(x.shape(), (Shape{3, 2, 2, 3}));
  EXPECT_EQ(x.number(0), 4);
  EXPECT_EQ(x.number(12), 5);
  EXPECT_EQ(x.number(24), 7);
}

TEST_F(PictureFolder, CanBeOfGrey) {
  EXPECT_EQ(data::pictures(folder_.path(), {.height = 1, .width = 1}, 1).column("x").shape(),
            (Shape{3, 1, 1, 1}));
  EXPECT_NE(message_of([&] { data::pictures(folder_.path(), {.height = 1, .width = 1}, 4); }), "no error");
}

TEST_F(PictureFolder, WithoutASizeHoldsPicturesOfOneOnly) {
  EXPECT_EQ(message_of([&] { data::pictures(folder_.path(), {}); }),
            "'" + (folder_ / "dog/1.png") + "' is 3 x 2 pixels and '" + (folder_ / "cat/a.png") +
                "' is 2 x 2: say what size pictures are to be made");
}

TEST_F(PictureFolder, WithADamagedPictureNamesIt) {
  std::ofstream(folder_ / "dog/2.png") << "no picture";
  EXPECT_EQ(
      message_of([&] { data::pictures(folder_.path(), {.height = 2, .width = 2}); }),
      "'" + (folder_ / "dog/2.png") + "', byte 0: expected a PNG or a JPEG picture, which begin otherwise");
}

TEST(PictureFolders, WithoutPicturesAreRefused) {
  const TemporaryFolder folder;
  EXPECT_NE(message_of([&] { data::pictures(folder.path(), {}); }), "no error");
  EXPECT_EQ(message_of([] { data::pictures("/nowhere/at/all", {}); }), "'/nowhere/at/all' is no folder");
}

}  // namespace
}  // namespace tenon
