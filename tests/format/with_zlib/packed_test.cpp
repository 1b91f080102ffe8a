// Files that hold compressed tensors.
#include <gtest/gtest.h>

#include "format/idx.h"
#include "format/npz.h"
#include "support/corpus.h"

namespace tenon {
namespace {

TEST(Idx, ReadsGzip) {
  const Tensor plain = read_idx(corpus("idx/u8.idx"));
  EXPECT_TRUE(identical(read_idx(corpus("idx/u8.idx.gz")), plain));
  EXPECT_TRUE(identical(read_idx(corpus("idx/two_members.idx.gz")), plain));
}

TEST(Idx, ReadsMnist) {
  const std::string folder = TENON_SOURCE_DIR "/data/mnist/";
  EXPECT_EQ(read_idx(folder + "t10k-images-idx3-ubyte.gz").shape(), (Shape{10000, 28, 28}));
  const Tensor labels = read_idx(folder + "t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(labels.shape(), (Shape{10000}));
  EXPECT_EQ(labels.number(0), 7);
}

TEST(Npz, ReadsWhatNumpyCompresses) {
  const NamedTensors read = read_npz(corpus("npz/compressed.npz"));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(find(read, "weights")->number(99), 99);
  EXPECT_TRUE(identical(*find(read, "flag"), Tensor::scalar(true)));
}

}  // namespace
}  // namespace tenon
