#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"
#include "tenon/pictures.h"

namespace tenon {
namespace {

namespace fs = std::filesystem;

TEST(CifarData, BatchesFollowOneAnother) {
  const std::string batch = corpus("cifar/ten.bin");
  const Dataset data = data::cifar10(std::vector{batch, batch});
  EXPECT_EQ(data.column("x").shape(), (Shape{4, 3, 32, 32}));
  EXPECT_TRUE(identical(data.column("y"), Tensor::of<std::uint8_t>({4}, {3, 9, 3, 9})));
  EXPECT_EQ(data::cifar100(std::vector{corpus("cifar/hundred.bin")}).column("coarse").number(), 19);
  EXPECT_NE(message_of([] { data::cifar10(std::vector<std::string>{}); }), "no error");
}

TEST(CifarData, AFolderIsReadWithItsNames) {
  const TemporaryFolder folder;
  for (const char* name :
       {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"})
    fs::copy_file(corpus("cifar/ten.bin"), folder / (std::string(name) + ".bin"));
  std::ofstream(folder / "batches.meta.txt") << "airplane\nautomobile\r\n\n";
  const auto [train, test] = data::cifar10(folder.path());
  EXPECT_EQ(train.size(), 10);
  EXPECT_EQ(test.size(), 2);
  EXPECT_EQ(test.class_names(), (std::vector<std::string>{"airplane", "automobile"}));
  EXPECT_EQ(message_of([&] { data::cifar100(folder.path()); }),
            "neither '" + (folder / "train.bin") + "' nor '" + (folder / "train.bin") + ".gz' is there");
}

}  // namespace
}  // namespace tenon
