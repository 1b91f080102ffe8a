#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json_reader.h"
#include "base/utf8.h"
#include "support/message_of.h"

namespace tenon {
namespace {

std::string error_in(std::string_view text) {
  return message_of([&] { parse_json(text, "x.json"); });
}

TEST(Json, PrintsAndParsesToTheSame) {
  const Json json = Json::Object{{"name", "a \"b\"\\\n\x01 é"},
                                 {"step", 3},
                                 {"loss", 0.1},
                                 {"whole", 2.0},
                                 {"list", Json::Array{true, false, Json(), Json::Array{}, Json::Object{}}}};
  EXPECT_EQ(to_string(json), R"({"name": "a \"b\"\\\n\u0001 é", "step": 3, "loss": 0.1, "whole": 2.0, )"
                             R"("list": [true, false, null, [], {}]})");
  EXPECT_EQ(parse_json(to_string(json), "x"), json);
  EXPECT_EQ(parse_json(to_pretty_string(json), "x"), json);
}

TEST(Json, PrettyTextIsIndented) {
  EXPECT_EQ(to_pretty_string(Json::Object{{"a", Json::Array{1, 2}}, {"b", Json::Object{}}}),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n");
}

TEST(Json, DoublesReadBackToTheBit) {
  for (const double value : {0.1, -0.0, 1e300, 5e-324, 1.0 / 3, -123456789.0, 1e22})
    EXPECT_EQ(std::bit_cast<std::uint64_t>(parse_json(to_string(Json(value)), "x").number()),
              std::bit_cast<std::uint64_t>(value));
}

TEST(Json, IntegersAreExactAndWhatIsLargerIsADouble) {
  EXPECT_EQ(parse_json("-9223372036854775808", "x").integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_json("9223372036854775808", "x").number(), 9223372036854775808.0);
  EXPECT_THROW(static_cast<void>(Json(std::numeric_limits<std::uint64_t>::max())), Error);
}

TEST(Json, NanAndInfinityBecomeNull) {
  EXPECT_EQ(to_string(Json::Array{std::nan(""), -INFINITY}), "[null, null]");
}

TEST(Json, EscapesAreUnderstood) {
  EXPECT_EQ(parse_json(R"("\"\\\/\b\f\n\r\t\u0041\u20ac\ud83d\ude00")", "x").string(), "\"\\/\b\f\n\r\tA€😀");
}

TEST(Json, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_in(""), "'x.json', byte 0: expected a value, but the text ends");
  EXPECT_EQ(error_in("{\"a\" 1}"), "'x.json', byte 5: expected ':', found '1'");
  EXPECT_EQ(error_in("[1 2]"), "'x.json', byte 3: expected ',' or ']', found '2'");
  EXPECT_EQ(error_in("[1] x"), "'x.json', byte 4: expected the end of the text, found 'x'");
  EXPECT_EQ(error_in("{\"a\":1,\"a\":2}"),
            "'x.json', byte 13: the object that ends here has two members \"a\"");
  EXPECT_EQ(error_in("\"\xff\""), "'x.json', byte 1: expected UTF-8, found the byte 0xff");
  EXPECT_EQ(error_in("1e999"), "'x.json', byte 0: the number is outside the range of a double");
}

TEST(Json, RefusesWhatTheStandardDoes) {
  for (const std::string_view text : {"01",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "-",
                                      "nul",
                                      "True",
                                      "NaN",
                                      "'a'",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "\"\n\"",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"\\ud800\"",
                                      "\"\\ude00\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"abc",
                                      "[",
                                      "{\"a\"",
                                      "\"\\",
                                      "\"\\u00",
                                      "/* */1",
                                      "\xef\xbb\xbf"
                                      "1"})
    EXPECT_NE(error_in(text), "no error") << text;
}

TEST(Json, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(error_in(nested(64)), "no error");
  EXPECT_EQ(error_in(nested(65)), "'x.json', byte 65: nested more than 64 deep");
  EXPECT_NE(error_in(std::string(1'000'000, '[')), "no error");
}

TEST(Json, MembersAreFoundOrNamed) {
  const Json json = parse_json(R"({"a": 1, "b": "x"})", "x");
  EXPECT_EQ(json.at("a").integer(), 1);
  EXPECT_EQ(json.find("c"), nullptr);
  EXPECT_EQ(message_of([&] { json.at("c"); }), "the JSON object has no member \"c\"");
  EXPECT_EQ(message_of([&] { json.at("b").number(); }), "expected a number in the JSON, found a string");
}

TEST(JsonReader, ReadsAKnownForm) {
  JsonReader reader(R"( {"step": 7, "later": {"x": [1, null, "s", true, 0.5]}, "rates": [1, 2]} )", "x");
  std::int64_t step = 0;
  std::vector<std::int64_t> rates;
  reader.object([&](const std::string& key) {
    if (key == "step")
      step = reader.integer();
    else if (key == "rates")
      reader.array([&] { rates.push_back(reader.integer()); });
    else
      reader.skip();
  });
  reader.finish();
  EXPECT_EQ(step, 7);
  EXPECT_EQ(rates, (std::vector<std::int64_t>{1, 2}));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsBeyondUnicode) {
  EXPECT_TRUE(is_utf8("a é € 😀 \xf4\x8f\xbf\xbf"));
  for (const std::string_view text :
       {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf5", "\xe2\x82", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(text));
}

}  // namespace
}  // namespace tenon
