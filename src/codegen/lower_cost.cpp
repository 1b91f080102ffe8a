#include "codegen/lower_cost.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon::codegen {

namespace {
constexpr double kScatter = 4;  // an element of a scatter, against an instruction
constexpr double kGather = 2;
constexpr double kCombine = 10;  // the lanes of an accumulator into one value

double load_cost(Stride stride, double lanes) {
  switch (stride) {
    case Stride::none:
      return 0.5;  // mostly folded into its user, or hoisted
    case Stride::one:
      return 1;
    case Stride::small:
    case Stride::stretched:
      return 3;
    default:
      return kGather * lanes;
  }
}

double store_cost(Stride stride, double lanes) { return stride == Stride::one ? 1 : kScatter * lanes; }

// Of the loop and of those around it that would merge with it.
double merged_extent(const Stage& stage, std::size_t loop, const Positions& positions) {
  double extent = static_cast<double>(stage.loops[loop].extent);
  while (loop > 0 && can_merge(stage, loop - 1, loop, positions))
    extent *= static_cast<double>(stage.loops[--loop].extent);
  return extent;
}

double element_cost(const Stage& stage) {
  const double accesses = static_cast<double>(stage.reads.size()) + (stage.fold ? 0 : 1);
  return std::max(stage.cost, 1.0) + accesses;
}
}  // namespace

namespace {
// Whether the variable shows in nothing but one quotient, by which the access moves.
bool is_stretched(const Linear& flat, const Linear& variable, const Positions& positions) {
  int found = 0;
  for (const Term term : flat.terms) {
    const AtomInfo& info = positions.info(term.atom);
    if (info.of.factor(variable.terms[0].atom) == 0 && !positions.hides(info.of, variable.terms[0].atom))
      continue;
    const bool stretched = info.kind == AtomKind::quotient && info.of == variable &&
                           is_small_stretch(info.number) && term.factor == 1;
    if (!stretched) return false;
    ++found;
  }
  return found == 1 && flat.factor(variable.terms[0].atom) == 0;
}
}  // namespace

Stride stride_of(const Linear& flat, const Linear& variable, const Positions& positions) {
  const Atom atom = variable.terms[0].atom;
  if (positions.hides(flat, atom))
    return is_stretched(flat, variable, positions) ? Stride::stretched : Stride::other;
  constexpr std::int64_t kSmall = 4;
  const std::int64_t factor = flat.factor(atom);
  if (factor == 0) return Stride::none;
  if (factor == 1) return Stride::one;
  return factor == -1 || (factor > 0 && factor <= kSmall) ? Stride::small : Stride::other;
}

bool moves_as_one(const Stage& stage, std::size_t outer, std::size_t inner, std::int64_t extent,
                  const Positions& positions) {
  const Atom x = stage.loops[outer].variable.terms[0].atom;
  const Atom y = stage.loops[inner].variable.terms[0].atom;
  const auto agrees = [&](const Linear& position) {
    return position.factor(x) == position.factor(y) * extent && !positions.hides(position, x) &&
           !positions.hides(position, y);
  };
  return agrees(stage.written) && std::all_of(stage.values.begin(), stage.values.end(), agrees) &&
         std::all_of(stage.reads.begin(), stage.reads.end(),
                     [&](const Access& access) { return agrees(access.flat); });
}

bool can_merge(const Stage& stage, std::size_t outer, std::size_t inner, const Positions& positions) {
  return stage.loops[outer].reduced == stage.loops[inner].reduced &&
         moves_as_one(stage, outer, inner, stage.loops[inner].extent, positions);
}

std::vector<std::size_t> tile_loops(const Stage& stage, std::size_t vector, const Positions& positions) {
  std::vector<std::size_t> tile{vector};
  for (std::size_t i = stage.loops.size(); i-- > 0;) {
    if (i == vector || stage.loops[i].reduced) continue;
    if (tile.size() > 1 && !can_merge(stage, i, tile.back(), positions)) break;
    tile.push_back(i);
  }
  return tile;
}

double vector_cost(const Stage& stage, std::optional<std::size_t> loop, const Positions& positions,
                   int lanes) {
  const double width = lanes;
  if (!loop) return element_cost(stage) * width;
  const LoopAxis& axis = stage.loops[*loop];
  if (stage.scan && axis.reduced) return std::numeric_limits<double>::infinity();
  // A tile of registers shares its loads.
  const double sharing = stage.fold && !axis.reduced ? 0.5 : 1;
  double cost = std::max(stage.cost, 1.0);
  for (const Access& access : stage.reads) {
    const Stride stride = stride_of(access.flat, axis.variable, positions);
    cost += load_cost(stride, width) * (stride == Stride::other ? 1 : sharing);
  }
  const double registers = std::ceil(merged_extent(stage, *loop, positions) / width);
  const double elements = static_cast<double>(std::max<std::int64_t>(element_count(stage.kept), 1));
  const double rounds = stage.iterations() / elements;  // of the fold, for one element
  if (axis.reduced)
    cost += (kCombine + 1) / registers;
  else
    cost += store_cost(stride_of(stage.written, axis.variable, positions), width) / std::max(rounds, 1.0);
  return cost * registers * width / merged_extent(stage, *loop, positions);
}

}  // namespace tenon::codegen
