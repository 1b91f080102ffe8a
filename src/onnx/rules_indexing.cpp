#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Elements taken, put and compared by their places.
namespace tenon::onnx {

namespace {
// A negative place counts from the end.
Value counted_from_start(Value places, Value size) { return select(places < 0.0, places + size, places); }

// Where in flat data the elements stand that indices of the same rank name along one axis.
Value flat_places(const Call& call, Value data, Value indices) {
  const std::int64_t rank = data.rank();
  call.require(rank > 0 && indices.rank() == rank, "its indices need as many axes as its data");
  const std::int64_t axis = place_of(call, call.integer("axis", 0), rank);
  Value total;
  for (std::int64_t i = 0; i < rank; ++i) {
    const Value size = size_of_axis(call, data, i);
    const Value place =
        i == axis ? counted_from_start(cast_to(indices, DType::i64), size) : places_along(call, indices, i);
    total = total.defined() ? total * size + place : place;
  }
  return total;
}

std::vector<Item> gathering_elements(const Call& call) {
  const Value data = call.input(0);
  return {gather(flat(data), flat_places(call, data, call.input(1)))};
}

std::vector<Item> scattering_elements(const Call& call) {
  const Value data = call.input(0);
  const Value places = flat_places(call, data, call.input(1));
  const Value result =
      scatter(flat(data), flat(places), flat(call.input(2)), {0, call.text("reduction", "none")});
  return {reshaped(call, result, sizes_of(call, data))};
}

std::vector<Item> one_hot_rows(const Call& call) {
  const Value indices = call.input(0);
  const Value values = call.input(2);
  const std::int64_t rank = indices.rank() + 1;
  const std::int64_t axis = place_of(call, call.integer("axis", -1), rank);
  const Value depth = constant_if_known(call, reshape(cast_to(call.input(1), DType::i64), Ints{1}));
  const Value places = counted_from_start(cast_to(indices, DType::i64), depth);
  const Value is_hot = equal(insert_axes(places, {axis}), along(counted(call, depth), axis, rank));
  const auto value = [&](std::int64_t at) { return as_scalar(slice(values, {{0, at, at + 1}})); };
  return {select(is_hot, value(1), value(0))};
}

std::vector<Item> first_in_order(const Call& call) {
  const Value x = call.input(0);
  const TopKOptions options{.axis = call.integer("axis", -1),
                            .largest = call.flag("largest", true),
                            .sorted = call.flag("sorted", true)};
  const Operand64 k = call.has_attribute("k") ? Operand64{Ints{call.integer("k")}, {}} : call.operand(1);
  call.require(k.value.defined() || (k.known && k.known->size() == 1), "it needs one k");
  const Ordered top = k.known ? top_k(x, k.known->front(), options) : top_k(x, as_scalar(k.value), options);
  return {top.values, top.indices};
}

// Each row's first elements, as many as its length says, from last to first. Time and batch are the first
// two axes, in either order.
std::vector<Item> reversing_sequences(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t time = place_of(call, call.integer("time_axis", 0), x.rank());
  const std::int64_t batch = place_of(call, call.integer("batch_axis", 1), x.rank());
  call.require(x.rank() >= 2 && time + batch == 1, "its time and batch axes must be the first two");
  const Value lengths = along(cast_to(call.input(1), DType::i64), batch, 2);
  const Value turn = along(counted(call, size_of_axis(call, x, time)), time, 2);
  const Value item = along(counted(call, size_of_axis(call, x, batch)), batch, 2);
  const Value from = select(turn < lengths, lengths - 1.0 - turn, turn);
  const Value inner = size_of_axis(call, x, 1);
  const Value places = time == 0 ? from * inner + item : item * inner + from;
  const Value sizes = sizes_of(call, x);
  const Value rows = concat({call.integers({-1}), part(call, sizes, 2, x.rank())}, 0);
  return {gather(reshaped(call, x, rows), places)};
}

// How far right of the diagonal each element of the last two axes stands.
Value beyond_diagonal(const Call& call, Value x) {
  call.require(x.rank() >= 2, "it needs a matrix");
  return places_along(call, x, x.rank() - 1) - places_along(call, x, x.rank() - 2);
}

std::vector<Item> triangle(const Call& call) {
  const Value x = call.input(0);
  const Value beyond = beyond_diagonal(call, x);
  const Value k = call.has(1) ? as_scalar(call.input(1)) : scalar_like(0, beyond);
  const Value stays = call.flag("upper", true) ? beyond >= k : beyond <= k;
  return {select(stays, x, scalar_like(0, x))};
}

std::vector<Item> eye_like(const Call& call) {
  const Value x = call.input(0);
  call.require(x.rank() == 2, "it needs a matrix");
  const Value is_one = equal(beyond_diagonal(call, x), static_cast<double>(call.integer("k", 0)));
  return {cast_to(is_one, call.dtype("dtype", x.dtype()))};
}

// Channels out of pixels: [N, C, H b, W b] to [N, b b C, H, W].
std::vector<Item> space_to_depth(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t block = call.integer("blocksize");
  call.require(block > 0 && x.rank() == 4, "it needs images and a positive blocksize");
  const auto dim = [&](std::int64_t axis) { return size_of_axis(call, x, axis); };
  const auto joined = [&](const std::vector<Value>& dims) {
    return constant_if_known(call, concat(dims, 0));
  };
  const Value b = call.integers({block});
  const Value rows = dim(2) / b, columns = dim(3) / b;
  const Value blocks = reshaped(call, x, joined({dim(0), dim(1), rows, b, columns, b}));
  const bool columns_first = call.text("mode", "DCR") == "CRD";
  const Value moved = transpose(blocks, columns_first ? Ints{0, 1, 3, 5, 2, 4} : Ints{0, 3, 5, 1, 2, 4});
  return {reshaped(call, moved, joined({dim(0), dim(1) * b * b, rows, columns}))};
}
}  // namespace

void add_indexing_rules(Rules& rules) {
  rules.add("EyeLike", eye_like);
  rules.add("GatherElements", gathering_elements);
  rules.add("OneHot", one_hot_rows);
  rules.add("ReverseSequence", reversing_sequences);
  rules.add("Scatter", scattering_elements);
  rules.add("ScatterElements", scattering_elements);
  rules.add("SpaceToDepth", space_to_depth);
  rules.add("TopK", first_in_order);
  rules.add("Trilu", triangle);
}

}  // namespace tenon::onnx
