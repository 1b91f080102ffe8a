#include "engine/batches.h"

#include <algorithm>
#include <cstring>

namespace tenon::engine {

namespace {
// What depends on elements may have rows of another shape in each run.
void copy_rows(const std::string& name, const Tensor& from, const Tensor& to, std::int64_t first) {
  const Tensor rows = to.rows(first, first + from.dim(0));
  require(rows.shape() == from.shape(), "the rows of output '", name, "' are not of one shape: run all ",
          to.dim(0), " items at a time");
  if (from.bytes() != 0) std::memcpy(rows.raw(), from.raw(), from.bytes());
}

// The items that each run takes, where the program leaves no choice; otherwise 0.
std::int64_t fixed_batch(const Engine& engine) {
  const std::vector<Port> ports = engine.inputs();
  const bool is_fixed = !ports.empty() && ports[0].type.rank() > 0 && ports[0].type.dims[0].is_constant();
  return is_fixed ? ports[0].type.dims[0].constant() : 0;
}

// The first axis that all share; 0 where they do not.
std::int64_t items_of(const NamedTensors& inputs) {
  const auto size = [](const Tensor& tensor) { return tensor.rank() > 0 ? tensor.dim(0) : 0; };
  const std::int64_t items = size(inputs[0].second);
  const bool shared =
      std::ranges::all_of(inputs, [&](const auto& named) { return size(named.second) == items; });
  return shared ? items : 0;
}

NamedTensors rows_of(const NamedTensors& inputs, std::int64_t first, std::int64_t end) {
  NamedTensors part;
  for (const auto& [name, tensor] : inputs) part.emplace_back(name, tensor.rows(first, end));
  return part;
}
}  // namespace

NamedTensors first_items(const NamedTensors& inputs, std::int64_t count) {
  return inputs.empty() || items_of(inputs) <= count ? inputs : rows_of(inputs, 0, count);
}

std::int64_t items_at_a_time(const Engine& engine, std::int64_t batch) {
  const std::int64_t fixed = fixed_batch(engine);
  return fixed > 0 ? fixed : batch;
}

NamedTensors run_in_batches(const Engine& engine, const NamedTensors& inputs, std::int64_t batch) {
  require(!inputs.empty(), "there are no items to run");
  const std::int64_t items = items_of(inputs);
  const std::int64_t step = items_at_a_time(engine, batch);
  if (items <= step) return engine.run(inputs);

  const bool is_fixed = fixed_batch(engine) > 0;
  NamedTensors results;
  for (std::int64_t next = 0; next < items; next += step) {
    const std::int64_t end = std::min(items, next + step);
    const std::int64_t first = is_fixed ? end - step : next;  // the last ones again, where there are too few
    for (const auto& [name, rows] : engine.run(rows_of(inputs, first, end))) {
      require(rows.rank() > 0 && rows.dim(0) == end - first, "output '", name,
              "' has no row for each item: run all ", items, " of them at a time");
      Shape shape = rows.shape();
      shape[0] = items;
      if (next == 0) results.emplace_back(name, Tensor::empty(rows.dtype(), std::move(shape)));
      copy_rows(name, rows, *find(results, name), first);
    }
  }
  return results;
}

}  // namespace tenon::engine
