#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"
#include "tenon/data.h"

namespace tenon {
namespace {

using namespace std::string_literals;

// Item i is the row (10 i, 10 i + 1) with the label i.
Dataset counted(std::int64_t size) {
  const Tensor x = Tensor::empty(DType::f32, {size, 2});
  const Tensor y = Tensor::empty(DType::i64, {size});
  for (std::int64_t i = 0; i < size; ++i) {
    x.set_number(2 * i, static_cast<double>(10 * i));
    x.set_number(2 * i + 1, static_cast<double>(10 * i + 1));
    y.set_number(i, static_cast<double>(i));
  }
  return Dataset({{"x", x}, {"y", y}}, {"zero", "one"});
}

std::vector<std::int64_t> labels_of(const Dataset& data) {
  const auto labels = data.column("y").as<std::int64_t>();
  return {labels.begin(), labels.end()};
}

void expect_rows_match_labels(const Dataset& data) {
  for (std::int64_t i = 0; i < data.size(); ++i)
    EXPECT_EQ(data.column("x").number(2 * i), 10 * data.column("y").number(i));
}

TEST(Dataset, TakesAndSlicesWithoutCopying) {
  const Dataset data = counted(10);
  const Dataset part = data.slice(3, 6);
  EXPECT_EQ(labels_of(part), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(part.column("x").raw(), data.column("x").as<float>().data() + 6);
  EXPECT_EQ(part.class_names(), data.class_names());
  EXPECT_EQ(data.take(2).size(), 2);
  EXPECT_EQ(data.take(99).size(), 10);
  EXPECT_THROW(data.slice(3, 11), Error);
  EXPECT_THROW(data.take(-1), Error);
}

TEST(Dataset, SelectsAnyItemsInAnyOrder) {
  const Dataset part = counted(10).select(std::vector<std::int64_t>{7, 0, 7});
  EXPECT_EQ(labels_of(part), (std::vector<std::int64_t>{7, 0, 7}));
  expect_rows_match_labels(part);
  EXPECT_THROW(counted(10).select(std::vector<std::int64_t>{10}), Error);
}

TEST(Dataset, SplitsBySeedIntoTwoPartsInOrder) {
  const Dataset data = counted(100);
  const auto [train, valid] = data.split(0.8, 1);
  EXPECT_EQ(train.size(), 80);
  EXPECT_EQ(valid.size(), 20);
  expect_rows_match_labels(train);
  std::vector<std::int64_t> all = labels_of(train);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_TRUE(std::ranges::is_sorted(labels_of(valid)));
  for (const std::int64_t label : labels_of(valid)) all.push_back(label);
  std::ranges::sort(all);
  EXPECT_EQ(all, labels_of(data));

  EXPECT_EQ(labels_of(data.split(0.8, 1).second), labels_of(valid));
  EXPECT_NE(labels_of(data.split(0.8, 2).second), labels_of(valid));
  EXPECT_EQ(data.split(0, 1).first.size(), 0);
  EXPECT_EQ(data.split(1, 1).second.size(), 0);
  EXPECT_THROW(data.split(1.5, 1), Error);
}

TEST(Dataset, MayBeEmpty) {
  EXPECT_EQ(Dataset().size(), 0);
  EXPECT_EQ(counted(0).take(3).size(), 0);
}

TEST(Dataset, ColumnsThatDoNotFitAreRefused) {
  const Tensor three = Tensor::zeros(DType::f32, {3});
  const auto error_of = [](NamedTensors columns) { return message_of([&] { Dataset{std::move(columns)}; }); };
  EXPECT_EQ(error_of({{"x", three}, {"y", Tensor::zeros(DType::u8, {2})}}),
            "the columns of a data set must have one row an item, but 'x' has 3 and 'y' has 2");
  EXPECT_EQ(error_of({{"x", three}, {"x", three}}), "a data set has two columns called 'x'");
  EXPECT_EQ(error_of({{"x", Tensor::scalar(1.0f)}}),
            "column 'x' of a data set is a scalar: it needs a first axis, for items");
  EXPECT_EQ(error_of({{"x", Tensor()}}), "column 'x' of a data set holds no tensor");
  EXPECT_EQ(message_of([] { counted(1).column("z"); }),
            "there is no column 'z' in the data; there are [x, y]");
}

TEST(DataIdx, PairsItemsWithLabels) {
  const TemporaryFolder folder;
  write_atomically(folder / "items", "\0\0\x0d\2\0\0\0\2\0\0\0\1\x3f\x80\0\0\x40\0\0\0"s);
  write_atomically(folder / "labels", "\0\0\x08\1\0\0\0\2\3\4"s);
  write_atomically(folder / "three", "\0\0\x08\1\0\0\0\3\3\4\5"s);
  const Dataset data = data::idx(folder / "items", folder / "labels");
  EXPECT_TRUE(identical(data.column("x"), Tensor::of<float>({2, 1}, {1, 2})));
  EXPECT_TRUE(identical(data.column("y"), Tensor::of<std::uint8_t>({2}, {3, 4})));
  EXPECT_EQ(message_of([&] { data::idx(folder / "items", folder / "three"); }),
            cat("'", folder / "items", "' and '", folder / "three",
                "' do not belong together: expected as many labels as items, found shapes [2, 1] and [3]"));
}

TEST(Mnist, SaysWhichFileIsMissing) {
  EXPECT_EQ(message_of([] { data::mnist("/nowhere"); }),
            "neither '/nowhere/train-images-idx3-ubyte' nor '/nowhere/train-images-idx3-ubyte.gz' is there");
}

TEST(Mnist, OtherShapesAndLabelsAreRefused) {
  const TemporaryFolder folder;
  const std::string items = folder / "train-images-idx3-ubyte";
  const std::string labels = folder / "train-labels-idx1-ubyte";
  write_atomically(items, "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\1\7"s);
  write_atomically(labels, "\0\0\x08\1\0\0\0\1\x0a"s);
  EXPECT_EQ(message_of([&] { data::mnist(folder.path()); }),
            "'" + items + "' is not of MNIST: expected u8[N, 28, 28], found u8[1, 1, 1]");
  write_atomically(items, "\0\0\x08\3\0\0\0\1\0\0\0\x1c\0\0\0\x1c"s + std::string(784, 'x'));
  EXPECT_EQ(message_of([&] { data::mnist(folder.path()); }),
            "'" + labels + "' is not of MNIST: one of its labels is 10");
}

}  // namespace
}  // namespace tenon
