#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include "data/order.h"
#include "support/allocations.h"
#include "support/message_of.h"
#include "tenon/data.h"

namespace tenon {
namespace {

using Items = std::vector<std::int64_t>;

// Item i has the label i, and i in each of the three elements of its row.
Dataset counted(std::int64_t size) {
  const Tensor x = Tensor::empty(DType::u16, {size, 3});
  const Tensor y = Tensor::empty(DType::i64, {size});
  for (std::int64_t i = 0; i < 3 * size; ++i) x.set_number(i, static_cast<double>(i / 3));
  for (std::int64_t i = 0; i < size; ++i) y.set_number(i, static_cast<double>(i));
  return Dataset({{"x", x}, {"y", y}});
}

Items items_of(const Batch& batch) {
  const auto labels = batch.column("y").as<std::int64_t>();
  const auto rows = batch.column("x").as<std::uint16_t>();
  EXPECT_EQ(labels.size(), static_cast<std::size_t>(batch.size));
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], labels[i / 3]);
  return {labels.begin(), labels.end()};
}

// The batches that are left of the loader's epoch.
std::vector<Items> rest_of_epoch(Loader& loader) {
  std::vector<Items> batches;
  while (const Batch* batch = loader.next()) batches.push_back(items_of(*batch));
  return batches;
}

Items joined(const std::vector<Items>& batches) {
  Items all;
  for (const Items& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST(Loader, DealsInOrderWithASmallerLastBatch) {
  Loader loader(counted(7), {.batch = 3, .shuffle = false});
  const std::vector<Items> expected = {{0, 1, 2}, {3, 4, 5}, {6}};
  EXPECT_EQ(rest_of_epoch(loader), expected);
  EXPECT_EQ(rest_of_epoch(loader), expected);
  EXPECT_EQ(loader.batches_per_epoch(), 3);
}

TEST(Loader, MayDropTheLastBatch) {
  Loader loader(counted(7), {.batch = 3, .shuffle = false, .drop_last = true});
  EXPECT_EQ(rest_of_epoch(loader), (std::vector<Items>{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_EQ(loader.batches_per_epoch(), 2);
}

TEST(Loader, ShufflesBySeedAndEpochAlone) {
  const auto epoch_of = [](LoaderOptions options) {
    Loader loader(counted(100), std::move(options));
    return joined(rest_of_epoch(loader));
  };
  Items expected(100);
  random_order(expected, 5, kEpochStream + 2);
  EXPECT_EQ(epoch_of({.batch = 7, .seed = 5, .epoch = 2}), expected);
  EXPECT_EQ(epoch_of({.batch = 16, .seed = 5, .epoch = 2, .ahead = 1}), expected);
  EXPECT_NE(epoch_of({.batch = 7, .seed = 5, .epoch = 3}), expected);
  EXPECT_NE(epoch_of({.batch = 7, .seed = 6, .epoch = 2}), expected);
}

TEST(Loader, GoesOnFromAnyPosition) {
  const Dataset data = counted(23);
  for (const bool drop_last : {false, true}) {
    Loader whole(data, {.batch = 4, .seed = 3, .drop_last = drop_last});
    for (int taken = 0; taken < 20; ++taken) {
      Loader resumed(data, {.batch = 4,
                            .seed = 3,
                            .drop_last = drop_last,
                            .epoch = whole.epoch(),
                            .position = whole.position()});
      const Batch* const a = whole.next();
      const Batch* const b = resumed.next();
      ASSERT_EQ(a == nullptr, b == nullptr);
      if (a) {
        EXPECT_EQ(items_of(*a), items_of(*b));
      }
      EXPECT_EQ(whole.position(), resumed.position());
      EXPECT_EQ(whole.epoch(), resumed.epoch());
    }
  }
}

TEST(Loader, MayBeginBetweenTwoBatches) {
  Loader loader(counted(7), {.batch = 3, .shuffle = false, .position = 2});
  EXPECT_EQ(rest_of_epoch(loader), (std::vector<Items>{{2, 3, 4}, {5, 6}}));
  EXPECT_EQ(rest_of_epoch(loader), (std::vector<Items>{{0, 1, 2}, {3, 4, 5}, {6}}));
}

TEST(Loader, SaysWhereEachBatchIsFrom) {
  Loader loader(counted(5), {.batch = 3, .epoch = 4, .position = 3});
  const Batch* batch = loader.next();
  EXPECT_EQ(batch->epoch, 4);
  EXPECT_EQ(batch->position, 3);
  EXPECT_EQ(batch->size, 2);
  EXPECT_EQ(loader.next(), nullptr);
  EXPECT_EQ(loader.next()->epoch, 5);
  EXPECT_EQ(loader.position(), 3);
}

TEST(Loader, OfAnEmptyDataSetDealsNothing) {
  Loader empty(counted(0), {});
  EXPECT_EQ(empty.next(), nullptr);
  EXPECT_EQ(empty.next(), nullptr);
  EXPECT_EQ(Loader(Dataset(), {}).next(), nullptr);
  EXPECT_EQ(Loader(counted(3), {.batch = 4, .drop_last = true}).next(), nullptr);
}

TEST(Loader, ABatchLargerThanTheDataIsTheWholeDataSet) {
  Loader loader(counted(3), {.batch = 1'000'000'000'000, .shuffle = false});
  EXPECT_EQ(rest_of_epoch(loader), (std::vector<Items>{{0, 1, 2}}));
}

TEST(Loader, ABatchStaysUntilTheNextIsTaken) {
  Loader loader(counted(1000), {.batch = 2, .shuffle = false, .ahead = 1});
  for (std::int64_t first = 0; const Batch* batch = loader.next(); first += 2) {
    std::this_thread::yield();  // the gatherer has nowhere to go but into other slots
    EXPECT_EQ(items_of(*batch), (Items{first, first + 1}));
  }
}

TEST(Loader, DealingAllocatesNothing) {
  Loader loader(counted(1003), {.batch = 10});
  std::set<const void*> buffers;
  for (int epoch = 0; epoch < 2; ++epoch)
    while (const Batch* batch = loader.next()) buffers.insert(batch->column("x").raw());
  const std::size_t before = allocations_so_far();
  int unknown = 0;
  for (int epoch = 0; epoch < 5; ++epoch)
    while (const Batch* batch = loader.next()) unknown += !buffers.contains(batch->columns[0].second.raw());
  EXPECT_EQ(allocations_so_far(), before);
  EXPECT_EQ(unknown, 0);
}

TEST(Loader, TheTransformSeesEachBatchOnce) {
  Loader loader(counted(5), {.batch = 2, .shuffle = false, .transform = [](Batch& batch) {
                               for (std::int64_t& label : batch.column("y").as<std::int64_t>())
                                 label += 100 * batch.epoch + 1000;
                             }});
  std::vector<double> labels;
  for (int epoch = 0; epoch < 2; ++epoch)
    while (const Batch* batch = loader.next()) labels.push_back(batch->column("y").number());
  EXPECT_EQ(labels, (std::vector<double>{1000, 1002, 1004, 1100, 1102, 1104}));
}

TEST(Loader, WhatTheTransformThrowsComesOutAfterTheBatchesBeforeIt) {
  Loader loader(counted(10), {.batch = 2, .shuffle = false, .transform = [](Batch& batch) {
                                if (batch.position == 4) throw std::runtime_error("no such file");
                              }});
  EXPECT_NE(loader.next(), nullptr);
  EXPECT_NE(loader.next(), nullptr);
  EXPECT_THROW(loader.next(), std::runtime_error);
  EXPECT_THROW(loader.next(), std::runtime_error);
}

TEST(Loader, EndsCleanlyAtAnyMoment) {
  const Dataset data = counted(50);
  for (int taken = 0; taken < 40; ++taken) {
    Loader loader(data, {.batch = 3, .ahead = taken % 5});
    for (int i = 0; i < taken; ++i) loader.next();
    Loader moved = std::move(loader);
    loader = Loader(data, {});
    moved.next();
  }
}

TEST(Loader, OptionsOutOfRangeAreRefused) {
  const auto error_of = [](LoaderOptions options) {
    return message_of([&] { Loader(counted(5), options); });
  };
  EXPECT_EQ(error_of({.batch = 0}), "a batch has at least 1 item, not 0");
  EXPECT_EQ(error_of({.position = 6}), "position 6 is not in a data set of 5 items");
  EXPECT_EQ(error_of({.epoch = -1}), "epochs are counted from 0: there is no epoch -1");
  EXPECT_EQ(error_of({.ahead = -1}), "the batches to prepare ahead cannot be -1");
}

}  // namespace
}  // namespace tenon
