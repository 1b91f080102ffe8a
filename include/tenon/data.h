// Data sets in memory, and the loader that deals batches out of them while the last one is still in use.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenon/tensor.h"

namespace tenon {

// Named columns with one row an item ("x" and "y", say), raw: what a model does to them first is part of the
// model. A value: copies share what they hold, and nothing changes it.
class Dataset {
 public:
  Dataset();  // no columns, no items
  explicit Dataset(NamedTensors columns, std::vector<std::string> class_names = {});

  std::int64_t size() const;  // items
  const NamedTensors& columns() const;
  const Tensor& column(std::string_view name) const;
  const std::vector<std::string>& class_names() const;  // of the labels 0, 1, …; may be empty

  Dataset take(std::int64_t count) const;  // the first `count`, or all where there are fewer; shares storage
  Dataset slice(std::int64_t begin, std::int64_t end) const;  // shares storage
  Dataset select(std::span<const std::int64_t> items) const;  // copied, in that order
  // Two parts, the first with this fraction of the items, drawn at random by the seed; both keep the order.
  std::pair<Dataset, Dataset> split(double fraction, std::uint64_t seed) const;

 private:
  struct Content;
  std::shared_ptr<const Content> content_;
};

struct Batch {
  NamedTensors columns;
  std::int64_t size = 0;
  std::int64_t epoch = 0;
  std::int64_t position = 0;  // of the first item in the epoch

  const Tensor& column(std::string_view name) const;
};

struct LoaderOptions {
  std::int64_t batch = 64;
  std::uint64_t seed = 0;
  bool shuffle = true;     // the order is a function of seed and epoch alone
  bool drop_last = false;  // rather than deal a smaller last batch
  std::int64_t epoch = 0;  // where to begin
  std::int64_t position = 0;
  std::int64_t ahead = 0;  // batches prepared in advance; 0: as many as is sensible for their size
  // Called with each batch, on the loader's thread, one at a time: may change the elements, not types or
  // shapes.
  std::function<void(Batch&)> transform = {};
};

// Deals epoch after epoch. A thread of its own gathers the next batches into buffers made at the start, so
// dealing allocates nothing. What it deals depends on the data set and the options alone.
class Loader {
 public:
  explicit Loader(Dataset data, LoaderOptions options = {});
  Loader(Loader&&) noexcept;
  Loader& operator=(Loader&&) noexcept;
  ~Loader();

  // The next batch, which stays as it is until the next call. Null once at the end of each epoch. What the
  // transform throws comes out here.
  const Batch* next();

  // Where the next batch begins: given as options to another loader, it goes on from there.
  std::int64_t epoch() const;
  std::int64_t position() const;

  std::int64_t batches_per_epoch() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

namespace data {

struct TrainTest {
  Dataset train, test;
};

// A pair of IDX files, plain or gzip: items become the column "x", labels "y".
Dataset idx(const std::string& items, const std::string& labels);

// The same from a pair of NPY files, or of one NPZ file that has columns of its own.
Dataset npy(const std::string& items, const std::string& labels);
Dataset npz(const std::string& path);

// The four files of MNIST under their own names, plain or gzip: "x" u8[N, 28, 28], "y" u8[N].
TrainTest mnist(const std::string& folder);

}  // namespace data
}  // namespace tenon
