#include "format/safetensors.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

// A file with this header and these data.
std::string file_of(const std::string& header, const std::string& data = "") {
  std::string text;
  append_value(text, std::uint64_t{header.size()});
  return text + header + data;
}

SafeTensors read(std::string text) {
  const auto kept = std::make_shared<std::string>(std::move(text));
  return read_safetensors(std::as_writable_bytes(std::span(*kept)), "x", kept);
}

std::string error_in(const std::string& text) {
  return message_of([&] { read(text); });
}

TEST(SafeTensors, ReadsWhatTheReferenceWrites) {
  const SafeTensors mixed = read_safetensors(corpus("safetensors/mixed.safetensors"));
  EXPECT_EQ(mixed.metadata, (std::map<std::string, std::string>{{"format", "np"}, {"note", "é"}}));
  ASSERT_EQ(mixed.tensors.size(), 6u);
  EXPECT_EQ(mixed.tensors[0].first, "steps");
  EXPECT_TRUE(identical(*find(mixed.tensors, "w"), Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5})));
  EXPECT_TRUE(identical(*find(mixed.tensors, "half"), Tensor::of<Half>({1}, {Half(0.5)})));
  EXPECT_TRUE(identical(*find(mixed.tensors, "brain"), Tensor::of<BFloat16>({1}, {BFloat16(1.5)})));
  EXPECT_TRUE(identical(*find(mixed.tensors, "flags"), Tensor::of<bool>({2}, {true, false})));
  EXPECT_TRUE(identical(*find(mixed.tensors, "steps"), Tensor::scalar<std::int64_t>(7)));
  EXPECT_TRUE(identical(*find(mixed.tensors, "none"), Tensor::of<std::uint8_t>({0, 4}, {})));
}

TEST(SafeTensors, ReadsEveryIntegerType) {
  const SafeTensors integers = read_safetensors(corpus("safetensors/integers.safetensors"));
  EXPECT_EQ(integers.tensors.size(), 10u);
  for (const auto& [name, tensor] : integers.tensors) EXPECT_EQ(tensor.number(), 1) << name;
}

TEST(SafeTensors, EveryTypeComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  SafeTensors content{.tensors = {}, .metadata = {{"step", "7"}}};
  for (const DType dtype : kAllDTypes)
    content.tensors.emplace_back(cat("odd ", dtype), Tensor::full(dtype, {3}, 1));
  write_safetensors(folder / "x", content);
  const SafeTensors back = read_safetensors(folder / "x");
  EXPECT_EQ(back.metadata, content.metadata);
  ASSERT_EQ(back.tensors.size(), content.tensors.size());
  for (const auto& [name, tensor] : content.tensors)
    EXPECT_TRUE(identical(*find(back.tensors, name), tensor)) << name;
}

TEST(SafeTensors, TensorsLieInTheMappedFileAndKeepIt) {
  const TemporaryFolder folder;
  const Tensor big = Tensor::full(DType::f32, {1000}, 0.5);
  write_safetensors(folder / "x", {.tensors = {{"first", Tensor::scalar(true)}, {"big", big}}});
  const Tensor mapped = *find(read_safetensors(folder / "x").tensors, "big");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mapped.raw()) % 64,
            0u);  // wide elements first, aligned by the header
  std::filesystem::remove(folder / "x");
  EXPECT_TRUE(identical(mapped, big));
  mapped.set_number(0, 2);  // in this mapping alone
  EXPECT_EQ(mapped.number(0), 2);
}

TEST(SafeTensors, WhatIsNotAlignedIsCopied) {
  const std::string header =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"I32","shape":[1],"data_offsets":[1,5]}})";
  const SafeTensors content = read(file_of(header, std::string("\7\1\0\0\0", 5)));
  EXPECT_EQ(find(content.tensors, "b")->as<std::int32_t>()[0], 1);
}

TEST(SafeTensors, NamesAndMetadataMayHoldAnyText) {
  const TemporaryFolder folder;
  write_safetensors(folder / "x",
                    {.tensors = {{"a \"quoted\" \\ é\n", Tensor::scalar(1.0f)}}, .metadata = {{"", "\t"}}});
  const SafeTensors back = read_safetensors(folder / "x");
  EXPECT_EQ(back.tensors[0].first, "a \"quoted\" \\ é\n");
  EXPECT_EQ(back.metadata.at(""), "\t");
}

TEST(SafeTensors, WhatCannotBeReadBackIsNotWritten) {
  const TemporaryFolder folder;
  const Tensor one = Tensor::scalar(1.0f);
  EXPECT_THROW(write_safetensors(folder / "x", {.tensors = {{"a", one}, {"a", one}}}), Error);
  EXPECT_THROW(write_safetensors(folder / "x", {.tensors = {{"__metadata__", one}}}), Error);
  EXPECT_THROW(write_safetensors(folder / "x", {.tensors = {{"\xff", one}}}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SafeTensors, OverlapsGapsAndWrongSizesAreRefused) {
  const auto two = [](std::string_view a, std::string_view b) {
    return file_of(cat(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)", a,
                       R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)", b, "}}"),
                   "1234");
  };
  EXPECT_EQ(error_in(two("[0,2]", "[2,4]")), "no error");
  EXPECT_EQ(error_in(two("[0,2]", "[1,3]")),
            "'x': tensor 'b' begins at byte 1 of the data; expected 2, where the one before it ends");
  EXPECT_EQ(error_in(two("[1,3]", "[2,4]")),
            "'x': tensor 'a' begins at byte 1 of the data; expected 0, where the one before it ends");
  EXPECT_EQ(error_in(two("[0,2]", "[2,5]")),
            "'x': tensor 'b' lies from byte 2 to 5 of the data, which have 4 bytes");
  EXPECT_EQ(error_in(two("[0,2]", "[4,2]")),
            "'x': tensor 'b' lies from byte 4 to 2 of the data, which have 4 bytes");
  EXPECT_EQ(error_in(two("[0,2]", "[2,3]")),
            "'x': tensor 'b', u8[2], cannot have the 1 bytes that the header gives it");
  EXPECT_EQ(error_in(two("[0,2]", "[2,4]") + "5"), "'x': expected 4 bytes of data, found 5");
}

TEST(SafeTensors, SaysWhatIsWrongInTheHeader) {
  const auto with = [](const std::string& fields) { return error_in(file_of("{\"a\":{" + fields + "}}")); };
  EXPECT_EQ(error_in("1234"), "'x', byte 0: expected a safetensors file, of at least 8 bytes, found 4");
  EXPECT_EQ(error_in(file_of(" {}")), "'x', byte 8: expected a safetensors header, which begins with '{'");
  EXPECT_EQ(error_in(file_of("{\"a\":1}")), "'x', byte 13: expected an object, found '1'");
  EXPECT_EQ(with("\"dtype\":\"C64\""),
            "'x', byte 27: expected one of the element types [F64, F32, F16, BF16, I64, I32, I16, I8, U64, "
            "U32, U16, "
            "U8, BOOL] before this, found 'C64'");
  EXPECT_EQ(with("\"shape\":[-1]"), "'x', byte 25: expected no negative number before this, found -1");
  EXPECT_EQ(with("\"data_offsets\":[1]"), "'x', byte 32: expected two offsets before this, found 1");
  EXPECT_EQ(with("\"shape\":[],\"shape\":[]"), "'x', byte 33: 'shape' stands twice in tensor 'a'");
  EXPECT_EQ(with("\"shape\":[]"),
            "'x', byte 25: expected 'dtype', 'shape' and 'data_offsets' in tensor 'a' before this");
  EXPECT_EQ(with("\"x\":1"),
            "'x', byte 18: expected 'dtype', 'shape' or 'data_offsets' in tensor 'a', found 'x'");
}

TEST(SafeTensors, DuplicateNamesAndMetadataAreRefused) {
  const std::string empty = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(error_in(file_of("{\"a\":" + empty + ",\"a\":" + empty + "}")),
            "'x': two tensors are called 'a'");
  EXPECT_EQ(error_in(file_of(R"({"__metadata__":{"k":"1","k":"2"}})")),
            "'x', byte 37: 'k' stands twice in the metadata");
}

TEST(SafeTensors, ABoolIsZeroOrOne) {
  EXPECT_EQ(error_in(file_of(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2")),
            "'x', byte 64: expected a bool, 0 or 1, found 2");
}

// Nothing is allocated for a promise: neither for the header's length nor for a shape.
TEST(SafeTensors, APromiseBeyondTheFileIsRefused) {
  EXPECT_EQ(
      error_in(std::string(7, '\xff') + "\x0f" + "{}"),
      "'x', byte 0: expected the length of a safetensors header, found 1152921504606846975, with 2 bytes to "
      "follow");
  EXPECT_EQ(
      error_in(file_of(
          R"({"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,4611686018427387904]}})")),
      "'x': tensor 'a' lies from byte 0 to 4611686018427387904 of the data, which have 0 bytes");
  EXPECT_EQ(
      error_in(file_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})")),
      "'x': tensor 'a', f32[4611686018427387904, 4], cannot have the 0 bytes that the header gives it");
}

TEST(SafeTensors, DamageIsRefused) {
  expect_damage_is_refused("safetensors", [](const std::string& text) { read(text); });
}

}  // namespace
}  // namespace tenon
