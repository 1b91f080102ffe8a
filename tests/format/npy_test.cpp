#include "format/npy.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "format/elements.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using namespace std::string_literals;

// A file of version 1 with this dictionary.
std::string with_header(const std::string& dictionary, const std::string& elements = "") {
  return "\x93NUMPY\1\0"s + static_cast<char>(dictionary.size()) + '\0' + dictionary + elements;
}

std::string error_in(const std::string& text) {
  return message_of([&] { read_npy(bytes_of(text), "x"); });
}

void expect_file(const std::string& name, const Tensor& expected) {
  const Tensor read = read_npy(corpus("npy/" + name + ".npy"));
  EXPECT_TRUE(identical(read, expected)) << name << " is " << to_string(read);
}

TEST(Npy, ReadsWhatNumpyWrites) {
  expect_file("f4", Tensor::of<float>({2, 3}, {0, 1, 2, 3, 4, 5}));
  expect_file("f8_scalar", Tensor::scalar(1.5));
  expect_file("bool", Tensor::of<bool>({3}, {true, false, true}));
  expect_file("i8_empty", Tensor::of<std::int64_t>({0, 3}, {}));
  expect_file("f2_v3", Tensor::of<Half>({2}, {Half(0.5), Half(65504)}));
  expect_file("bf16", Tensor::of<BFloat16>({2}, {BFloat16(1), BFloat16(-2.5)}));
}

TEST(Npy, ConvertsBigEndianAndFortranOrder) {
  expect_file("i2_big_v2", Tensor::of<std::int16_t>({2}, {1, -300}));
  expect_file("f8_fortran_big", Tensor::of<double>({2, 3}, {0, 1, 2, 3, 4, 5}));
  Tensor counted = Tensor::empty(DType::u8, {2, 3, 4});
  for (std::int64_t i = 0; i < counted.size(); ++i) counted.set_number(i, static_cast<double>(i));
  expect_file("u1_fortran", counted);
}

TEST(Npy, EveryTypeComesBackAsItWasWritten) {
  for (const DType dtype : kAllDTypes)
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{2, 3}, Shape{0, 4}}) {
      const Tensor tensor = Tensor::full(dtype, shape, 1);
      const std::string text = cat(npy_header(tensor), text_of(bytes_of(tensor)));
      EXPECT_TRUE(identical(read_npy(bytes_of(text), "x"), tensor)) << to_string(tensor);
    }
}

TEST(Npy, GoesToAFileAndBack) {
  const TemporaryFolder folder;
  const Tensor tensor = Tensor::of<float>({2, 1}, {0.5f, -1});
  write_npy(folder / "x.npy", tensor);
  EXPECT_TRUE(identical(read_npy(folder / "x.npy"), tensor));
}

TEST(Npy, TheHeaderIsNumpysOwn) {
  EXPECT_TRUE(
      npy_header(Tensor::zeros(DType::f32, {2, 3}))
          .starts_with("\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s));
  EXPECT_NE(npy_header(Tensor::zeros(DType::u8, {5})).find("'|u1', 'fortran_order': False, 'shape': (5,), }"),
            std::string::npos);
  EXPECT_NE(npy_header(Tensor::zeros(DType::f64, {})).find("'shape': (), }"), std::string::npos);
  for (const std::int64_t dim : {1, 12345, 123456789})
    EXPECT_EQ(npy_header(Tensor::zeros(DType::f64, {0, dim, dim})).size() % 64, 0u);
  EXPECT_THROW(npy_header(Tensor::zeros(DType::u8, Shape(65, 1))), Error);
}

TEST(Npy, KeysMayComeInAnyOrderAndSpelling) {
  const std::string header = "{ \"shape\":(2L,),'fortran_order' : False, 'descr': '=u2' }";
  const std::string text = with_header(header, "\1\0\2\0"s);
  EXPECT_TRUE(identical(read_npy(bytes_of(text), "x"), Tensor::of<std::uint16_t>({2}, {1, 2})));
}

TEST(Npy, PythonObjectsRecordsAndOddTypesAreRefused) {
  const auto error_of = [](const std::string& name) {
    return error_in(read_text(corpus("npy/" + name + ".npy")));
  };
  EXPECT_EQ(error_of("object"), "'x', byte 24: arrays of Python objects are refused: they would run code");
  EXPECT_EQ(error_of("record"),
            "'x', byte 20: arrays of records are not supported: save each field by itself");
  EXPECT_EQ(error_of("complex"),
            "'x', byte 25: the element type '<c8' is not one of ours (floats, integers, bool)");
}

TEST(Npy, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_in("\x93NUMPY\4\0v\0"s), "'x', byte 6: expected NPY version 1, 2 or 3, found 4");
  EXPECT_EQ(error_in("\x93NUMPX\1\0v\0"s), "'x', byte 0: expected an NPY file, which begins with \\x93NUMPY");
  EXPECT_EQ(error_in(with_header("{'descr': '<f4'}")),
            "'x', byte 26: expected the keys 'descr', 'fortran_order' and 'shape'");
  EXPECT_EQ(error_in(with_header("{'descr': '<f4', 'descr': '<f4'}")),
            "'x', byte 35: expected 'descr', 'fortran_order' and 'shape', each once, found 'descr'");
  EXPECT_EQ(error_in(with_header("{'shape': (-1,)}")),
            "'x', byte 21: expected a dimension: an integer from 0 to 2^63 - 1");
  EXPECT_EQ(error_in(with_header("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", "\1\2")),
            "'x', byte 66: expected a bool, 0 or 1, found 2");
}

// The refusal comes before the allocation: of 2^60 elements that would say "out of memory".
TEST(Npy, APromiseBeyondTheFileIsRefused) {
  EXPECT_EQ(
      error_in(
          with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,)}", "ab")),
      "'x', byte 83: the header promises a tensor of f32[1152921504606846976], but no more than 2 bytes can "
      "follow");
  EXPECT_EQ(error_in("\x93NUMPY\2\0\xff\xff\xff\xff"s),
            "'x', byte 12: an NPY header of 4294967295 bytes cannot be right");
}

TEST(Npy, DamageIsRefused) {
  expect_damage_is_refused("npy", [](const std::string& text) { read_npy(bytes_of(text), "x"); });
}

}  // namespace
}  // namespace tenon
