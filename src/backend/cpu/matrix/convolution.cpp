#include "backend/cpu/matrix/convolution.h"

#include <algorithm>

#include "backend/cpu/matrix/finish.h"
#include "backend/cpu/matrix/gather.h"
#include "backend/cpu/matrix/kernel.h"
#include "backend/cpu/matrix/unit.h"
#include "backend/cpu/parts.h"

namespace tenon::matrix {

namespace {
std::int64_t blocks_of(std::int64_t channels) { return (channels + kDepth - 1) / kDepth; }
std::int64_t share(std::int64_t whole, std::int64_t part, std::int64_t parts) { return whole * part / parts; }

bool covers_pixels(const Problem& problem) {
  const auto is_one = [](const Axis& axis) { return axis.kernel == 1 && axis.stride == 1 && axis.pad == 0; };
  return is_one(problem.down) && is_one(problem.across);
}

// Pixels that are only multiplied may be cut anywhere.
void flatten(Image& image) { image.height = image.pixels(), image.width = 1; }

// Places of the kernel and blocks of channels, as the panels have them.
std::vector<std::int64_t> offsets_of(const Plan& plan) {
  const auto& [down, across] = std::pair(plan.problem.down, plan.problem.across);
  const std::int64_t columns = plan.folds ? 1 : across.kernel;
  std::vector<std::int64_t> offsets;
  for (std::int64_t tap = 0; tap < down.kernel * columns; ++tap)
    for (std::int64_t block = 0; block < plan.blocks; ++block) {
      const std::int64_t row = tap / columns * down.dilation, column = tap % columns * across.dilation;
      const std::int64_t phase = row % down.stride * plan.phases_across + column % across.stride;
      offsets.push_back(block * plan.block_size() + phase * plan.plane_size() +
                        (row / down.stride * plan.columns + column / across.stride) * kDepth);
    }
  return offsets;
}

// Of the planes of a band.
void size_planes(Plan& plan) {
  const Axis &down = plan.problem.down, &across = plan.problem.across;
  plan.phases_down = std::min(down.stride, down.reach() + 1);
  plan.phases_across = plan.folds ? 1 : std::min(across.stride, across.reach() + 1);
  plan.columns = plan.problem.y.width + (plan.folds ? 0 : across.reach() / across.stride);
  plan.plane_rows = plan.band + down.reach() / down.stride;
}

std::size_t left_bytes(const Plan& plan) {
  return static_cast<std::size_t>(plan.problem.parts * plan.part_size()) * sizeof(std::uint16_t);
}

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
std::size_t thread_bytes(const Plan& plan) { return aligned(left_bytes(plan)) + aligned(line_bytes(plan)); }

// What one thread does, for one image after another.
class Work {
 public:
  Work(const Plan& plan, const Arguments& arguments, int thread)
      : plan_(plan), arguments_(arguments), tiles_(1) {
    auto* const scratch = static_cast<std::byte*>(arguments.scratch);
    room_ = scratch + static_cast<std::size_t>(thread) * thread_bytes(plan);
    const std::int64_t rows = plan.problem.y.height, panels = plan.panels();
    rows_ = plan.shares_filters ? Range{0, rows} : of(rows, thread);
    panels_ = plan.shares_filters ? of(panels, thread) : Range{0, panels};
  }

  void run() {
    for (std::int64_t image = 0; image < plan_.problem.images; ++image)
      for (std::int64_t row = rows_.begin; row < rows_.end; row += plan_.band)
        run_band(image, {row, std::min(plan_.band, rows_.end - row)});
  }

 private:
  struct Range {
    std::int64_t begin, end;
  };
  Range of(std::int64_t whole, int thread) const {
    return {share(whole, thread, plan_.threads), share(whole, thread + 1, plan_.threads)};
  }

  const std::uint16_t* left_of(std::int64_t image, const Band& band) {
    const Image& x = plan_.problem.x;
    const auto* const from = static_cast<const std::byte*>(arguments_.x) +
                             static_cast<std::size_t>(image * x.channels * x.pixels()) * size_of(x.number);
    auto* const left = reinterpret_cast<std::uint16_t*>(room_);
    gather(plan_, from, band, left, room_ + aligned(left_bytes(plan_)));
    return left;
  }

  void run_band(std::int64_t image, const Band& band) {
    const Image& y = plan_.problem.y;
    const auto size = static_cast<std::size_t>(image * y.channels * y.pixels());
    auto* const to = static_cast<std::byte*>(arguments_.y) + size * size_of(y.number);
    Epilogue epilogue = arguments_.epilogue;
    if (epilogue.added)
      epilogue.added = static_cast<const std::byte*>(epilogue.added) + size * size_of(epilogue.added_number);
    const std::uint16_t* const left = left_of(image, band);
    for (std::int64_t panel = panels_.begin; panel < panels_.end; ++panel)
      run_panel(left, band, panel, epilogue, to);
  }

  // While the patches of a panel are computed, the next panel is brought near, each time a part. To ask for
  // more at a time than memory delivers would hold up what the tiles ask for.
  void run_panel(const std::uint16_t* left, const Band& band, std::int64_t panel, const Epilogue& epilogue,
                 void* y) {
    const std::int64_t filter = panel * kPanel;
    const std::int64_t places = band.rows * plan_.columns - (plan_.columns - plan_.problem.y.width);
    const std::int64_t patches = (places + 31) / 32;
    const auto* const packed = static_cast<const std::uint16_t*>(arguments_.packed);
    const std::uint16_t* const right = packed + panel * plan_.panel_size();
    const std::int64_t step_lines = 32 * plan_.problem.parts, most = plan_.problem.parts == 3 ? 12 : 2;
    const std::int64_t lines =
        panel + 1 < panels_.end ? std::min(most, (step_lines + patches - 1) / patches) : 0;
    const auto* ahead = reinterpret_cast<const std::byte*>(right + plan_.panel_size());
    alignas(64) float sums[32 * kPanel];
    for (std::int64_t place = 0; place < places; place += 32, ahead += lines * plan_.steps() * 64) {
      const std::int64_t count = std::min<std::int64_t>(32, places - place);
      multiply(
          {plan_.offsets, plan_.part_size(), plan_.problem.parts},
          {left + place * kDepth, right, count, plan_.problem.y.channels - filter > 16 ? 2 : 1, ahead, lines},
          tiles_, sums);
      finish(plan_.problem, sums, {band.first, place, count, plan_.columns}, filter, epilogue, y);
    }
  }

  const Plan& plan_;
  const Arguments& arguments_;
  Tiles tiles_;
  std::byte* room_;
  Range rows_, panels_;
};
}  // namespace

bool folds(std::int64_t channels, std::int64_t across) {
  return blocks_of(channels * across) < blocks_of(channels) * across;
}

std::size_t Plan::scratch_bytes() const { return static_cast<std::size_t>(threads) * thread_bytes(*this); }

Plan make_plan(const Problem& problem, int threads) {
  constexpr std::int64_t kNear = 3 << 18;  // bytes of the left side that stay near while panels pass by
  constexpr std::int64_t kNearFilters = 1 << 20;  // bytes of filters that each thread may read
  constexpr std::int64_t kFewest = 64;            // places
  Plan plan;
  plan.problem = problem;
  plan.flat = covers_pixels(problem);
  if (plan.flat) flatten(plan.problem.x), flatten(plan.problem.y);
  plan.folds = problem.across.dilation == 1 && folds(problem.x.channels, problem.across.kernel);
  plan.blocks = blocks_of(problem.x.channels * (plan.folds ? problem.across.kernel : 1));
  plan.threads = threads;

  plan.band = 1;
  size_planes(plan);
  const std::int64_t row = problem.parts * plan.blocks * plan.phases_down * plan.phases_across *
                           plan.columns * kDepth * static_cast<std::int64_t>(sizeof(std::uint16_t));
  const std::int64_t rows = plan.problem.y.height;
  plan.offsets.resize(
      static_cast<std::size_t>(plan.blocks * problem.down.kernel * (plan.folds ? 1 : problem.across.kernel)));
  plan.shares_filters = threads > 1 && static_cast<std::int64_t>(plan.packed_bytes()) > kNearFilters &&
                        plan.panels() >= 2 * threads;
  const std::int64_t of_a_thread = plan.shares_filters ? rows : (rows + threads - 1) / threads;
  const std::int64_t fewest = (kFewest + plan.columns - 1) / plan.columns;
  const std::int64_t fits = std::max(fewest, kNear / row - problem.down.reach() / problem.down.stride);
  const std::int64_t bands = (of_a_thread + fits - 1) / fits;
  plan.band = (of_a_thread + bands - 1) / bands;
  size_planes(plan);
  plan.offsets = offsets_of(plan);
  return plan;
}

void run(const Plan& plan, const Arguments& arguments) {
  cpu::run_parts(plan.threads, [&](int thread) { Work(plan, arguments, thread).run(); });
}

}  // namespace tenon::matrix
