#include "recipe/interface.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon::recipe {
namespace {

using ::testing::ElementsAre;

std::string error_in(std::string_view text) {
  return message_of([&] { parse_interface(text, "m.toml"); });
}

TEST(Interface, IsReadWithEveryKey) {
  const Interface interface = read_interface(corpus("interface/every_key.toml"));
  EXPECT_EQ(interface.input.name, "data");
  const nn::Preparation preparation = preparation_of(interface.input);
  EXPECT_EQ(preparation.scale, 1.0);
  EXPECT_THAT(preparation.mean, ElementsAre(123.7, 116.3, 103.5));
  EXPECT_THAT(preparation.deviation, ElementsAre(58.4, 57.1, 57.4));
  EXPECT_EQ(preparation.layout, nn::Layout::nhwc);
  EXPECT_TRUE(preparation.swap_channels);
  const Resizing resizing = resizing_of(interface.input.picture);
  EXPECT_EQ(resizing.height, 224);
  EXPECT_EQ(resizing.fit, Fit::stretch);
  EXPECT_EQ(resizing.sampling, Sampling::bicubic);
  EXPECT_EQ(resizing.crop, 0.875);
  EXPECT_THAT(interface.output.class_names, ElementsAre("cat", "dog \"x\""));
}

TEST(Interface, OfNothingLeavesPicturesAsTheyAre) {
  const Interface interface = parse_interface("", "m.toml");
  EXPECT_EQ(resizing_of(interface.input.picture).height, 0);
  EXPECT_EQ(preparation_of(interface.input).layout, nn::Layout::nchw);
  EXPECT_FALSE(preparation_of(interface.input).scale.has_value());
}

TEST(Interface, PrintedReadsTheSame) {
  const std::string text = to_toml(read_interface(corpus("interface/every_key.toml")));
  EXPECT_EQ(to_toml(parse_interface(text, "printed")), text);
}

TEST(Interface, SaysWhereItIsWrongAndWhatWasMeant) {
  EXPECT_EQ(error_in("[input]\nmaen = 1"), "m.toml:2:1: there is no key 'input.maen'; did you mean 'mean'?");
  EXPECT_EQ(error_in("[input]\nlayout = 'nwhc'"),
            "m.toml:2:10: input.layout: there is no layout 'nwhc'; did you mean 'nhwc'?");
  EXPECT_EQ(error_in("[input]\nsize = [224]"),
            "m.toml:2:8: input.size: expected a height and a width, such as [224, 224], found [224]");
  EXPECT_EQ(error_in("[input]\ncrop = 0"),
            "m.toml:2:8: input.crop: expected a share above 0 and at most 1, found 0");
}

}  // namespace
}  // namespace tenon::recipe
