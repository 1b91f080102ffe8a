#include <algorithm>
#include <functional>
#include <numeric>
#include <thread>

#include "data/gather.h"
#include "data/order.h"
#include "data/ring.h"
#include "tenon/data.h"

namespace tenon {

namespace {
// Which batches an epoch has: the thread that gathers and the one that takes both walk along it.
struct Schedule {
  std::int64_t items, batch;
  bool drop_last;

  // Of the batch that begins here; 0 at the end of the epoch.
  std::int64_t size_at(std::int64_t position) const {
    const std::int64_t rest = items - position;
    if (rest >= batch) return batch;
    return drop_last ? 0 : rest;
  }
};

struct Cursor {
  std::int64_t epoch, position;
};

// The buffers of one batch, seen as a batch of each size that occurs: dealing a smaller one makes nothing
// new.
struct Slot {
  std::vector<Batch> views;
  Batch* current = nullptr;
};

Slot make_slot(const Dataset& data, const std::vector<std::int64_t>& sizes) {
  Slot slot;
  for (const std::int64_t size : sizes) slot.views.push_back(Batch{.columns = {}, .size = size});
  for (const auto& [name, tensor] : data.columns()) {
    Shape shape = tensor.shape();
    shape[0] = sizes.front();
    const Tensor buffer = Tensor::empty(tensor.dtype(), std::move(shape));
    for (Batch& view : slot.views) view.columns.emplace_back(name, buffer.rows(0, view.size));
  }
  return slot;
}

// Largest first: whole batches, and the last ones of an epoch that begins at 0 or where a run was resumed.
std::vector<std::int64_t> sizes_of_batches(const Schedule& schedule, std::int64_t first_position) {
  std::vector<std::int64_t> sizes;
  for (const std::int64_t begin : {std::int64_t{0}, first_position}) {
    sizes.push_back(schedule.size_at(begin));
    if (!schedule.drop_last) sizes.push_back((schedule.items - begin) % schedule.batch);
  }
  std::ranges::sort(sizes, std::greater{});
  sizes.erase(std::ranges::unique(sizes).begin(), sizes.end());
  if (sizes.back() == 0) sizes.pop_back();
  return sizes;
}

// One slot is the taker's. Many small batches are prepared ahead, so that a quick step seldom meets an empty
// ring; of large ones a few will do, and stay in the cache.
std::size_t slots_for(const Dataset& data, const LoaderOptions& options) {
  constexpr std::int64_t kWorthOfMemory = 256 * 1024;
  if (options.ahead > 0) return static_cast<std::size_t>(options.ahead) + 1;
  std::int64_t all_bytes = 0;
  for (const auto& [name, tensor] : data.columns()) all_bytes += static_cast<std::int64_t>(tensor.bytes());
  const std::int64_t item_bytes =
      std::max<std::int64_t>(all_bytes / std::max<std::int64_t>(data.size(), 1), 1);
  return static_cast<std::size_t>(
             std::clamp<std::int64_t>(kWorthOfMemory / item_bytes / options.batch, 2, 64)) +
         1;
}

void check(const Dataset& data, const LoaderOptions& options) {
  require(options.batch >= 1, "a batch has at least 1 item, not ", options.batch);
  require(options.ahead >= 0, "the batches to prepare ahead cannot be ", options.ahead);
  require(options.epoch >= 0, "epochs are counted from 0: there is no epoch ", options.epoch);
  require(options.position >= 0 && options.position <= data.size(), "position ", options.position,
          " is not in a data set of ", data.size(), " items");
}
}  // namespace

struct Loader::State {
  State(Dataset data_set, LoaderOptions loader_options);
  ~State();

  void gather_epochs();
  bool gather_epoch(Cursor at);
  void fill(Batch& batch, const Cursor& at) const;

  const Dataset data;
  const LoaderOptions options;
  const Schedule schedule;
  Cursor taken_to;                  // the taker's alone
  std::vector<std::int64_t> order;  // the gatherer's alone
  std::vector<Slot> slots;
  Ring ring;
  std::thread gatherer;
};

Loader::State::State(Dataset data_set, LoaderOptions loader_options)
    : data(std::move(data_set)),
      options(std::move(loader_options)),
      schedule{data.size(), options.batch, options.drop_last},
      taken_to{options.epoch, options.position},
      ring(slots_for(data, options)) {
  if (schedule.size_at(0) == 0) return;  // no epoch has any batch
  const std::vector<std::int64_t> sizes = sizes_of_batches(schedule, options.position);
  for (std::size_t i = slots_for(data, options); i > 0; --i) slots.push_back(make_slot(data, sizes));
  order.resize(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), 0);
  gatherer = std::thread([this] { gather_epochs(); });
}

Loader::State::~State() {
  ring.stop();
  if (gatherer.joinable()) gatherer.join();
}

void Loader::State::gather_epochs() {
  try {
    Cursor at{options.epoch, options.position};
    while (gather_epoch(at)) at = {at.epoch + 1, 0};
  } catch (...) {
    ring.announce_failure(std::current_exception());
  }
}

// False when the loader is going away.
bool Loader::State::gather_epoch(Cursor at) {
  if (options.shuffle) random_order(order, options.seed, kEpochStream + static_cast<std::uint64_t>(at.epoch));
  while (const std::int64_t size = schedule.size_at(at.position)) {
    const auto free = ring.wait_for_free();
    if (!free) return false;
    Slot& slot = slots[*free];
    slot.current = &*std::ranges::find(slot.views, size, &Batch::size);
    fill(*slot.current, at);
    ring.announce_filled();
    at.position += size;
  }
  return true;
}

void Loader::State::fill(Batch& batch, const Cursor& at) const {
  batch.epoch = at.epoch;
  batch.position = at.position;
  const auto rows =
      std::span(order).subspan(static_cast<std::size_t>(at.position), static_cast<std::size_t>(batch.size));
  for (std::size_t i = 0; i < batch.columns.size(); ++i)
    gather_rows(data.columns()[i].second, rows, batch.columns[i].second);
  if (options.transform) options.transform(batch);
}

Loader::Loader(Dataset data, LoaderOptions options) {
  check(data, options);
  state_ = std::make_unique<State>(std::move(data), std::move(options));
}

Loader::Loader(Loader&&) noexcept = default;
Loader& Loader::operator=(Loader&&) noexcept = default;
Loader::~Loader() = default;

const Batch* Loader::next() {
  Cursor& at = state_->taken_to;
  const std::int64_t size = state_->schedule.size_at(at.position);
  if (size == 0) {
    at = {at.epoch + 1, 0};
    return nullptr;
  }
  const Batch* batch = state_->slots[state_->ring.take()].current;
  at.position += size;
  return batch;
}

std::int64_t Loader::epoch() const { return state_->taken_to.epoch; }
std::int64_t Loader::position() const { return state_->taken_to.position; }

std::int64_t Loader::batches_per_epoch() const {
  const Schedule& schedule = state_->schedule;
  return schedule.items / schedule.batch + (!schedule.drop_last && schedule.items % schedule.batch > 0);
}

}  // namespace tenon
