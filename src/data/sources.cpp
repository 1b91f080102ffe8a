#include "data/find_file.h"
#include "format/idx.h"
#include "format/npy.h"
#include "format/npz.h"
#include "tenon/data.h"

namespace tenon::data {

namespace {
std::vector<std::string> digit_names() {
  std::vector<std::string> names;
  for (int digit = 0; digit < 10; ++digit) names.push_back(cat(digit));
  return names;
}

Dataset pair(const std::string& items, const Tensor& x, const std::string& labels, const Tensor& y) {
  require(x.rank() >= 1 && y.rank() >= 1 && x.dim(0) == y.dim(0), "'", items, "' and '", labels,
          "' do not belong together: expected as many labels as items, found shapes ", x.shape(), " and ",
          y.shape());
  return Dataset({{"x", x}, {"y", y}});
}

Dataset digits(const std::string& folder, const std::string& part) {
  const std::string items = plain_or_gzip(folder, part + "-images-idx3-ubyte");
  const std::string labels = plain_or_gzip(folder, part + "-labels-idx1-ubyte");
  const Dataset set = idx(items, labels);
  const Tensor& x = set.column("x");
  require(x.dtype() == DType::u8 && x.shape() == Shape{set.size(), 28, 28}, "'", items,
          "' is not of MNIST: expected u8[N, 28, 28], found ", x.dtype(), x.shape());
  const Tensor& y = set.column("y");
  require(y.dtype() == DType::u8, "'", labels, "' is not of MNIST: expected u8 labels, found ", y.dtype());
  for (const std::uint8_t label : y.as<std::uint8_t>())
    require(label < 10, "'", labels, "' is not of MNIST: one of its labels is ", label);
  return Dataset(set.columns(), digit_names());
}
}  // namespace

Dataset idx(const std::string& items, const std::string& labels) {
  return pair(items, read_idx(items), labels, read_idx(labels));
}

Dataset npy(const std::string& items, const std::string& labels) {
  return pair(items, read_npy(items), labels, read_npy(labels));
}

Dataset npz(const std::string& path) {
  NamedTensors columns = read_npz(path);
  for (const auto& [name, column] : columns)
    require(column.rank() >= 1 && column.dim(0) == columns[0].second.dim(0), "'", path, "': the arrays '",
            columns[0].first, "' and '", name,
            "' do not belong together: expected as many rows, found shapes ", columns[0].second.shape(),
            " and ", column.shape());
  return Dataset(std::move(columns));
}

TrainTest mnist(const std::string& folder) { return {digits(folder, "train"), digits(folder, "t10k")}; }

}  // namespace tenon::data
