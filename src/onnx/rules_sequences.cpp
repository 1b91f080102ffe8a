#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Sequences of tensors and optional values. They are known while the model is imported: a place in a sequence
// must be too.
namespace tenon::onnx {

namespace {
constexpr std::int64_t kMostParts = 1 << 14;

const std::vector<Value>& sequence_at(const Call& call, std::size_t input, const Item& item) {
  call.require(item.sequence != nullptr, "its input ", input, " is no sequence");
  return *item.sequence;
}

// In [0, count), or with it where an element may be put behind the last.
std::size_t place_in(const Call& call, std::size_t input, std::size_t count, bool may_be_end) {
  const auto known = call.known_number(input);
  call.require(known.has_value(), "its position is only known when the model runs");
  const double given = *known;
  const auto size = static_cast<double>(count);
  const double place = given < 0 ? given + size : given;
  call.require(place >= 0 && (place < size || (may_be_end && place == size)), "there is no position ", given,
               " in a sequence of ", count);
  return static_cast<std::size_t>(place);
}

std::vector<Item> construct(const Call& call) { return {Item::list(call.inputs())}; }
std::vector<Item> empty(const Call&) { return {Item::list({})}; }

std::vector<Item> element(const Call& call) {
  const Item item = call.item(0);
  const std::vector<Value>& values = sequence_at(call, 0, item);
  return {values[place_in(call, 1, values.size(), false)]};
}

std::vector<Item> inserted(const Call& call) {
  const Item item = call.item(0);
  std::vector<Value> values = sequence_at(call, 0, item);
  const std::size_t place = call.has(2) ? place_in(call, 2, values.size(), true) : values.size();
  values.insert(values.begin() + static_cast<std::ptrdiff_t>(place), call.input(1));
  return {Item::list(std::move(values))};
}

std::vector<Item> erased(const Call& call) {
  const Item item = call.item(0);
  std::vector<Value> values = sequence_at(call, 0, item);
  call.require(!values.empty(), "the sequence is empty");
  const std::size_t place = call.has(1) ? place_in(call, 1, values.size(), false) : values.size() - 1;
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(place));
  return {Item::list(std::move(values))};
}

std::vector<Item> length(const Call& call) {
  const Item item = call.item(0);
  const auto count = static_cast<std::int64_t>(sequence_at(call, 0, item).size());
  return {call.constant(Tensor::scalar(count))};
}

// The sizes of the parts: given each, as one for all, or 1, where the axis of the part goes too.
Ints parts_of(const Call& call, Value x, std::int64_t axis) {
  const auto given = call.required_ints("split", 1);
  if (given && call.input(1).rank() == 1) return *given;
  const Dim size = x.type().dims[static_cast<std::size_t>(axis)];
  call.require(size.is_constant(), "the size of the axis that it splits is not known");
  call.require(!given || given->size() == 1, "it needs one size for all parts");
  const std::int64_t each = given ? given->front() : 1;
  call.require(each > 0, "a part of size ", each, " is none");
  call.require(size.constant() / each <= kMostParts, "more than ", kMostParts, " parts are not supported");
  Ints parts(static_cast<std::size_t>(size.constant() / each), each);
  if (size.constant() % each != 0) parts.push_back(size.constant() % each);
  return parts;
}

std::vector<Item> split(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = place_of(call, call.integer("axis", 0), x.rank());
  if (call.has(1) && !call.known(1) && call.input(1).rank() == 1) {
    const Dim count = call.input(1).type().dims[0];
    call.require(count.is_constant(), "how many its parts are must be known");
    return {Item::list(parts_of_sizes(x, cast_to(call.input(1), DType::i64), count.constant(), axis))};
  }
  const bool drops_axis = !call.has(1) && !call.flag("keepdims", true);
  std::vector<Value> parts;
  std::int64_t start = 0;
  for (const std::int64_t size : parts_of(call, x, axis)) {
    call.require(size >= 0, "a part of size ", size, " is none");
    parts.push_back(drops_axis ? at_place(call, x, start, axis) : slice(x, {{axis, start, start + size}}));
    start += size;
  }
  return {Item::list(std::move(parts))};
}

std::vector<Item> joined(const Call& call) {
  const Item item = call.item(0);
  std::vector<Value> parts = sequence_at(call, 0, item);
  call.require(!parts.empty(), "the sequence is empty");
  const bool stacks = call.flag("new_axis");
  const std::int64_t axis = place_of(call, call.integer("axis"), parts[0].rank() + (stacks ? 1 : 0));
  if (stacks)
    for (Value& part : parts) part = insert_axes(part, {axis});
  return {concat(parts, axis)};
}

std::vector<Item> present(const Call& call) { return {call.constant(Tensor::scalar<bool>(call.has(0)))}; }
std::vector<Item> same(const Call& call) { return {call.item(0)}; }
}  // namespace

void add_sequence_rules(Rules& rules) {
  rules.add("ConcatFromSequence", joined);
  rules.add("Optional", same);
  rules.add("OptionalGetElement", same);
  rules.add("OptionalHasElement", present);
  rules.add("SequenceAt", element);
  rules.add("SequenceConstruct", construct);
  rules.add("SequenceEmpty", empty);
  rules.add("SequenceErase", erased);
  rules.add("SequenceInsert", inserted);
  rules.add("SequenceLength", length);
  rules.add("SplitToSequence", split);
}

}  // namespace tenon::onnx
