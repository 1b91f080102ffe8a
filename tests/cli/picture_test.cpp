#include "cli/picture.h"

#include <gtest/gtest.h>

#include "support/message_of.h"

namespace tenon::cli {
namespace {

TEST(Pictures, AreHalfBlocksOverTheirCaptions) {
  const Tensor items = Tensor::of<std::uint8_t>({2, 3, 2}, {255, 0, 255, 255, 0, 0, 0, 0, 0, 0, 200, 200});
  EXPECT_EQ(pictures(items, std::vector<std::string>{"a", "b"}), "█▄\n    ▀▀\na   b\n\n");
}

TEST(Pictures, HaveOneChannel) {
  EXPECT_EQ(message_of([] { pictures(Tensor::zeros(DType::u8, {1, 3, 4, 4}), {}); }),
            "only pictures of one channel can be shown, not u8[1, 3, 4, 4]");
}

}  // namespace
}  // namespace tenon::cli
