#include "codegen/llvm/accumulators.h"

#include <limits>

#include "codegen/llvm/elements.h"

namespace tenon::codegen {

namespace {

constexpr std::int64_t kNowhere = std::numeric_limits<std::int64_t>::max();

bool resets(const Loop& loop, Acc accumulator) {
  for (const Statement& s : loop.body) {
    if (s.kind == StatementKind::reset && s.accumulator == accumulator) return true;
    if (s.loop && resets(*s.loop, accumulator)) return true;
  }
  return false;
}

template <class Visit>
void for_places(const Loop& loop, Visit&& visit) {
  for (const Statement& s : loop.body) {
    if (s.kind == StatementKind::accumulate) visit(s);
    if (s.loop) for_places(*s.loop, visit);
  }
}

}  // namespace

int copies_of(const Loop& loop, int lanes) {
  const std::int64_t width = loop.kind == LoopKind::vector ? lanes : 1;
  const std::int64_t needed = (loop.extent + width - 1) / width;
  return static_cast<int>(std::min<std::int64_t>(loop.unroll, needed));
}

Accumulators::Accumulators(Ir& ir, const Kernel& kernel, const std::vector<LaneDim>& lanes)
    : ir_(ir), kernel_(kernel), lanes_(lanes), states_(kernel.accumulators.size()) {}

Accumulators::Registers Accumulators::neutral_registers(const Accumulator& accumulator, const Counts& counts,
                                                        int width) {
  const auto filled = [&](llvm::Constant* with) {
    return bundle(counts, [&](const Copy&) { return ir_.splat(with, width); });
  };
  Registers registers{filled(neutral(ir_, accumulator.combine, accumulator.type)), {}};
  if (keeps_position(accumulator.combine)) registers.position = filled(ir_.i64(kNowhere));
  return registers;
}

void Accumulators::reset(Acc number, const Bundle* start) {
  State& state = states_[number];
  state.live = true;
  state.lanes = lanes_.size();
  Counts counts;
  int width = 1;
  for (const LaneDim& dim : lanes_) {
    counts.push_back(dim.copies);
    width = std::max(width, dim.width);
  }
  state.registers = neutral_registers(kernel_.accumulators[number], counts, width);
  if (start)
    state.registers.value =
        bundle(counts, [&](const Copy& copy) { return ir_.splat(start->at(copy), width); });
}

void Accumulators::open(const Loop& loop) {
  std::vector<const Loop*> path;
  open_places(loop, loop, path);
}

void Accumulators::open_places(const Loop& root, const Loop& loop, std::vector<const Loop*>& path) {
  if (loop.kind != LoopKind::serial) path.push_back(&loop);
  for (const Statement& s : loop.body) {
    if (s.kind == StatementKind::accumulate) open_place(root, s, path);
    if (s.loop) open_places(root, *s.loop, path);
  }
  if (loop.kind != LoopKind::serial) path.pop_back();
}

void Accumulators::open_place(const Loop& root, const Statement& place,
                              const std::vector<const Loop*>& path) {
  const State& state = states_[place.accumulator];
  const bool outermost = state.live && state.lanes == lanes_.size() && !resets(root, place.accumulator);
  if (!outermost || path.empty() || parts_of(place)) return;
  Parts parts{.place = &place, .loop = &root, .in_vector = false, .has_rest = false, .whole = {}, .rest = {}};
  Counts whole;
  int width = 1;
  for (const LaneDim& dim : lanes_) {
    whole.push_back(dim.copies);
    width = std::max(width, dim.width);
  }
  Counts rest = whole;
  for (const Loop* loop : path) {
    const bool vector = loop->kind == LoopKind::vector;
    whole.push_back(copies_of(*loop, ir_.lanes()));
    rest.push_back(vector ? 1 : whole.back());
    parts.in_vector = parts.in_vector || vector;
    parts.has_rest = parts.has_rest || (vector && !ir_.has_masks() && loop->extent % ir_.lanes() != 0);
  }
  const Accumulator& accumulator = kernel_.accumulators[place.accumulator];
  parts.whole = neutral_registers(accumulator, whole, parts.in_vector ? ir_.lanes() : width);
  if (parts.has_rest) parts.rest = neutral_registers(accumulator, rest, 1);
  parts_.push_back(std::move(parts));
}

Accumulators::Parts* Accumulators::parts_of(const Statement& place) {
  for (Parts& parts : parts_)
    if (parts.place == &place) return &parts;
  return nullptr;
}

Accumulators::Registers& Accumulators::target(const Statement& place) {
  Parts* const parts = parts_of(place);
  if (!parts) return states_[place.accumulator].registers;
  const bool in_rest = parts->has_rest && std::none_of(lanes_.begin(), lanes_.end(),
                                                       [](const LaneDim& dim) { return dim.width > 1; });
  return in_rest ? parts->rest : parts->whole;
}

void Accumulators::feed(const Statement& place, const Bundle& value, const Bundle* position,
                        const Bundle* when) {
  const Accumulator& accumulator = kernel_.accumulators[place.accumulator];
  Registers& registers = target(place);
  const bool parts = parts_of(place) != nullptr;
  Counts counts;
  for (const LaneDim& dim : lanes_) counts.push_back(dim.copies);
  const int n = count_of(counts);
  for (int i = 0; i < n; ++i) {
    const Copy copy = copy_number(counts, i);
    const std::size_t slot = registers.value.place(copy);
    const int width = Ir::width(registers.value.values[slot]);
    const Pair old{registers.value.values[slot], position ? registers.position.values[slot] : nullptr};
    const Pair fed{ir_.splat(value.at(copy), width),
                   position ? ir_.splat(position->at(copy), width) : nullptr};
    Pair next = step(accumulator, old, fed);
    LlvmValue mask = when ? ir_.splat(when->at(copy), width) : nullptr;
    // Lanes outside a rest do no harm to a register of their own, but to a part of a whole.
    for (std::size_t d = 0; parts && d < lanes_.size(); ++d)
      if (const LlvmValue inside = lanes_[d].mask(copy[d]))
        mask = mask ? ir_.b().CreateAnd(mask, inside) : inside;
    if (mask) next.value = ir_.b().CreateSelect(mask, next.value, old.value);
    if (mask && position) next.position = ir_.b().CreateSelect(mask, next.position, old.position);
    registers.value.values[slot] = next.value;
    if (position) registers.position.values[slot] = next.position;
  }
}

// The larger (smaller) of two, of equals the one at the lower position; the first NaN above all.
Accumulators::Pair Accumulators::step(const Accumulator& accumulator, Pair a, Pair b) {
  if (!keeps_position(accumulator.combine))
    return {combined(ir_, accumulator.combine, accumulator.type, a.value, b.value), nullptr};
  const bool real = is_float(accumulator.type);
  const Op beats = accumulator.combine == Combine::arg_max ? Op::greater : Op::less;
  const auto compare = [&](Op op) {
    return element_value(ir_, op, accumulator.type, DType::boolean, {b.value, a.value});
  };
  LlvmValue better = compare(beats);
  LlvmValue equal = compare(Op::equal);
  if (real) {
    const LlvmValue a_nan = ir_.b().CreateFCmpUNO(a.value, a.value);
    const LlvmValue b_nan = ir_.b().CreateFCmpUNO(b.value, b.value);
    better = ir_.b().CreateOr(better, ir_.b().CreateAnd(b_nan, ir_.b().CreateNot(a_nan)));
    equal = ir_.b().CreateOr(equal, ir_.b().CreateAnd(a_nan, b_nan));
  }
  const LlvmValue earlier = ir_.b().CreateICmpSLT(b.position, a.position);
  const LlvmValue take = ir_.b().CreateOr(better, ir_.b().CreateAnd(equal, earlier));
  return {ir_.b().CreateSelect(take, b.value, a.value), ir_.b().CreateSelect(take, b.position, a.position)};
}

void Accumulators::close(const Loop& loop) {
  for (auto parts = parts_.begin(); parts != parts_.end();) {
    const auto next = std::next(parts);
    if (parts->loop == &loop) {
      combine(*parts);
      parts_.erase(parts);
    }
    parts = next;
  }
}

void Accumulators::combine(const Parts& parts) {
  const Accumulator& accumulator = kernel_.accumulators[parts.place->accumulator];
  Registers& registers = states_[parts.place->accumulator].registers;
  for (std::size_t slot = 0; slot < registers.value.values.size(); ++slot) {
    const Copy own = copy_number(registers.value.counts, static_cast<int>(slot));
    Pair sum = reduced(accumulator, parts_at(parts.whole, own));
    if (parts.in_vector) sum = across(accumulator, sum);
    if (parts.has_rest) sum = step(accumulator, sum, reduced(accumulator, parts_at(parts.rest, own)));
    const bool positions = keeps_position(accumulator.combine);
    const Pair old{registers.value.values[slot], positions ? registers.position.values[slot] : nullptr};
    const bool first =
        old.value == ir_.splat(neutral(ir_, accumulator.combine, accumulator.type), Ir::width(old.value));
    const Pair all = first ? sum : step(accumulator, old, sum);
    registers.value.values[slot] = all.value;
    if (positions) registers.position.values[slot] = all.position;
  }
}

// The parts of one lane outside: all copies of the loops inside.
std::vector<Accumulators::Pair> Accumulators::parts_at(const Registers& registers, const Copy& own) const {
  std::vector<Pair> parts;
  const Bundle& values = registers.value;
  for (int n = 0; n < count_of(values.counts); ++n) {
    const Copy copy = copy_number(values.counts, n);
    if (!std::equal(own.begin(), own.end(), copy.begin())) continue;
    const LlvmValue position = registers.position.empty() ? nullptr : registers.position.at(copy);
    parts.push_back({values.at(copy), position});
  }
  return parts;
}

// As a tree: the first half with the second.
Accumulators::Pair Accumulators::reduced(const Accumulator& accumulator, std::vector<Pair> parts) {
  while (parts.size() > 1) {
    const std::size_t half = (parts.size() + 1) / 2;
    for (std::size_t i = half; i < parts.size(); ++i)
      parts[i - half] = step(accumulator, parts[i - half], parts[i]);
    parts.resize(half);
  }
  return parts[0];
}

Accumulators::Pair Accumulators::across(const Accumulator& accumulator, Pair lanes) {
  for (int half = Ir::width(lanes.value) / 2; half > 0; half /= 2) {
    const auto part = [&](int first) {
      return Pair{part_of_lanes(lanes.value, first, half),
                  lanes.position ? part_of_lanes(lanes.position, first, half) : nullptr};
    };
    lanes = step(accumulator, part(0), part(half));
  }
  return lanes;
}

LlvmValue Accumulators::part_of_lanes(LlvmValue lanes, int first, int count) {
  if (count == 1) return ir_.b().CreateExtractElement(lanes, static_cast<std::uint64_t>(first));
  std::vector<int> picks;
  for (int lane = 0; lane < count; ++lane) picks.push_back(first + lane);
  return ir_.b().CreateShuffleVector(lanes, picks);
}

std::vector<LlvmValue*> Accumulators::changed_by(const Loop& loop) {
  std::vector<LlvmValue*> changed;
  const auto add = [&](Registers& registers) {
    for (Bundle* bundle : {&registers.value, &registers.position})
      for (LlvmValue& value : bundle->values)
        if (std::find(changed.begin(), changed.end(), &value) == changed.end()) changed.push_back(&value);
  };
  for_places(loop, [&](const Statement& place) {
    if (resets(loop, place.accumulator)) return;
    if (Parts* const parts = parts_of(place)) {
      add(parts->whole);
      add(parts->rest);
    } else if (states_[place.accumulator].live) {
      add(states_[place.accumulator].registers);
    }
  });
  return changed;
}

}  // namespace tenon::codegen
