#include "format/cifar.h"

#include <cstring>

#include "data/find_file.h"
#include "tenon/pictures.h"

namespace tenon::data {

namespace {
Tensor join_rows(const std::vector<Tensor>& parts) {
  Shape shape = parts.front().shape();
  shape[0] = 0;
  for (const Tensor& part : parts) shape[0] += part.dim(0);
  const Tensor joined = Tensor::empty(parts.front().dtype(), shape);
  std::int64_t row = 0;
  for (const Tensor& part : parts) {
    std::memcpy(joined.rows(row, row + part.dim(0)).raw(), part.raw(), part.bytes());
    row += part.dim(0);
  }
  return joined;
}

Dataset read(const std::vector<std::string>& batches, Cifar kind, std::vector<std::string> class_names = {}) {
  require(!batches.empty(), "CIFAR needs at least one file of pictures");
  std::vector<NamedTensors> parts;
  for (const std::string& batch : batches) parts.push_back(read_cifar(batch, kind));
  if (parts.size() == 1) return Dataset(std::move(parts[0]), std::move(class_names));
  NamedTensors columns;
  for (std::size_t column = 0; column < parts[0].size(); ++column) {
    std::vector<Tensor> pieces;
    for (const NamedTensors& part : parts) pieces.push_back(part[column].second);
    columns.emplace_back(parts[0][column].first, join_rows(pieces));
  }
  return Dataset(std::move(columns), std::move(class_names));
}
}  // namespace

Dataset cifar10(const std::vector<std::string>& batches) { return read(batches, Cifar::ten); }
Dataset cifar100(const std::vector<std::string>& batches) { return read(batches, Cifar::hundred); }

TrainTest cifar10(const std::string& folder) {
  const std::vector<std::string> names = names_in(folder + "/batches.meta.txt");
  std::vector<std::string> batches;
  for (int i = 1; i <= 5; ++i) batches.push_back(plain_or_gzip(folder, cat("data_batch_", i, ".bin")));
  return {read(batches, Cifar::ten, names),
          read({plain_or_gzip(folder, "test_batch.bin")}, Cifar::ten, names)};
}

TrainTest cifar100(const std::string& folder) {
  const std::vector<std::string> names = names_in(folder + "/fine_label_names.txt");
  return {read({plain_or_gzip(folder, "train.bin")}, Cifar::hundred, names),
          read({plain_or_gzip(folder, "test.bin")}, Cifar::hundred, names)};
}

}  // namespace tenon::data
