#include <algorithm>
#include <cmath>

#include "data/gather.h"
#include "data/order.h"
#include "tenon/data.h"

namespace tenon {

struct Dataset::Content {
  NamedTensors columns;
  std::vector<std::string> class_names;
  std::int64_t size = 0;
};

namespace {
void check_columns(const NamedTensors& columns) {
  for (const auto& [name, tensor] : columns) {
    require(tensor.defined(), "column '", name, "' of a data set holds no tensor");
    require(tensor.rank() >= 1, "column '", name,
            "' of a data set is a scalar: it needs a first axis, for items");
    require(&*find(columns, name) == &tensor, "a data set has two columns called '", name, "'");
    const auto& [first_name, first] = columns.front();
    require(tensor.dim(0) == first.dim(0), "the columns of a data set must have one row an item, but '",
            first_name, "' has ", first.dim(0), " and '", name, "' has ", tensor.dim(0));
  }
}

const Tensor& column_of(const NamedTensors& columns, std::string_view name) {
  if (const Tensor* tensor = find(columns, name)) return *tensor;
  std::vector<std::string_view> names;
  for (const auto& [known, tensor] : columns) names.push_back(known);
  fail("there is no column '", name, "' in the data; there are ", names);
}

Tensor select_rows(const Tensor& tensor, std::span<const std::int64_t> rows) {
  Shape shape = tensor.shape();
  shape[0] = static_cast<std::int64_t>(rows.size());
  const Tensor selected = Tensor::empty(tensor.dtype(), std::move(shape));
  gather_rows(tensor, rows, selected);
  return selected;
}
}  // namespace

Dataset::Dataset() : Dataset(NamedTensors{}) {}

Dataset::Dataset(NamedTensors columns, std::vector<std::string> class_names) {
  check_columns(columns);
  const std::int64_t size = columns.empty() ? 0 : columns.front().second.dim(0);
  content_ = std::make_shared<const Content>(Content{std::move(columns), std::move(class_names), size});
}

std::int64_t Dataset::size() const { return content_->size; }
const NamedTensors& Dataset::columns() const { return content_->columns; }
const Tensor& Dataset::column(std::string_view name) const { return column_of(columns(), name); }
const std::vector<std::string>& Dataset::class_names() const { return content_->class_names; }

Dataset Dataset::take(std::int64_t count) const { return slice(0, std::min(count, size())); }

Dataset Dataset::slice(std::int64_t begin, std::int64_t end) const {
  require(0 <= begin && begin <= end && end <= size(), "items ", begin, " to ", end,
          " are not in a data set of ", size());
  NamedTensors part;
  for (const auto& [name, tensor] : columns()) part.emplace_back(name, tensor.rows(begin, end));
  return Dataset(std::move(part), class_names());
}

Dataset Dataset::select(std::span<const std::int64_t> items) const {
  for (const std::int64_t item : items)
    require(0 <= item && item < size(), "item ", item, " is not in a data set of ", size());
  NamedTensors part;
  for (const auto& [name, tensor] : columns()) part.emplace_back(name, select_rows(tensor, items));
  return Dataset(std::move(part), class_names());
}

std::pair<Dataset, Dataset> Dataset::split(double fraction, std::uint64_t seed) const {
  require(fraction >= 0 && fraction <= 1, "a data set is split at a fraction from 0 to 1, not at ", fraction);
  std::vector<std::int64_t> order(static_cast<std::size_t>(size()));
  random_order(order, seed, kSplitStream);
  const auto middle = order.begin() + std::llround(fraction * static_cast<double>(size()));
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  return {select({order.begin(), middle}), select({middle, order.end()})};
}

const Tensor& Batch::column(std::string_view name) const { return column_of(columns, name); }

}  // namespace tenon
