#include <algorithm>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// How often each n-gram of a pool stands in rows of ids, also with ids skipped in between.
namespace tenon::onnx {

namespace {
constexpr std::int64_t kMostSkipped = 256, kLongest = 64;

// The n-grams of one length.
struct Grams {
  std::int64_t length = 0;
  std::int64_t first = 0;  // its number among all of the pool
  std::vector<std::int64_t> ids;
  std::int64_t count() const { return static_cast<std::int64_t>(ids.size()) / length; }
};

// `ngram_counts` says where in the pool those of each length begin.
std::vector<Grams> grams_of(const Call& call) {
  call.require(!call.has_attribute("pool_strings"), "a pool of strings is not supported");
  const Ints pool = call.ints("pool_int64s"), begins = call.ints("ngram_counts");
  const std::int64_t shortest = call.integer("min_gram_length"), longest = call.integer("max_gram_length");
  call.require(shortest >= 1 && longest >= shortest, "its lengths of n-grams are ", shortest, " to ",
               longest);
  const auto all = static_cast<std::int64_t>(pool.size());
  std::vector<Grams> grams;
  std::int64_t first = 0;
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const auto length = static_cast<std::int64_t>(i) + 1;
    const std::int64_t begin = begins[i], end = i + 1 < begins.size() ? begins[i + 1] : all;
    call.require(begin >= 0 && begin <= end && end <= all && (end - begin) % length == 0,
                 "its ngram_counts do not fit its pool");
    Grams next{length, first, {pool.begin() + begin, pool.begin() + end}};
    first += next.count();
    if (length >= shortest && length <= longest && !next.ids.empty()) grams.push_back(std::move(next));
  }
  return grams;
}

// [rows, n-grams] of rows [rows, columns]: each id of an n-gram is `stride` places behind the one before.
Value counts_at_stride(const Call& call, Value rows, const Grams& grams, std::int64_t stride,
                       std::int64_t columns) {
  const std::int64_t starts = columns - (grams.length - 1) * stride;
  Value is_there;
  for (std::int64_t i = 0; i < grams.length; ++i) {
    Ints ids;
    for (std::int64_t gram = 0; gram < grams.count(); ++gram)
      ids.push_back(grams.ids[static_cast<std::size_t>(gram * grams.length + i)]);
    const Value seen = insert_axes(slice(rows, {{1, i * stride, i * stride + starts}}), {1});
    const Value same = equal(seen, insert_axes(call.integers(ids), {0, 2}));
    is_there = is_there.defined() ? logical_and(is_there, same) : same;
  }
  return reduce_sum(cast(is_there, DType::f32), {2});
}

Value counts_of(const Call& call, Value rows, const Grams& grams, std::int64_t columns) {
  const std::int64_t most_skipped = grams.length == 1 ? 0 : call.integer("max_skip_count");
  call.require(most_skipped <= kMostSkipped && grams.length <= kLongest, "n-grams longer than ", kLongest,
               " or with more than ", kMostSkipped, " skipped are not supported");
  Value total;
  for (std::int64_t stride = 1; stride <= most_skipped + 1; ++stride) {
    if ((grams.length - 1) * stride >= columns) break;
    const Value found = counts_at_stride(call, rows, grams, stride, columns);
    total = total.defined() ? total + found : found;
  }
  return total;
}

// What stands in each column of the result: `ngram_indexes` says the column of each n-gram. A column of none
// takes the zeros that stand behind all counts.
Value in_columns(const Call& call, const std::vector<Grams>& grams, const std::vector<Value>& counts,
                 Value zeros) {
  const Ints columns = call.ints("ngram_indexes");
  const std::int64_t width = columns.empty() ? 0 : *std::ranges::max_element(columns) + 1;
  call.require(width >= 1 && width <= 64 * static_cast<std::int64_t>(columns.size()),
               "its ngram_indexes leave too much room");
  std::vector<Value> parts = counts;
  parts.push_back(zeros);
  std::int64_t place = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> places;  // of each n-gram: its column, its place
  for (std::size_t i = 0; i < grams.size(); ++i) {
    if (!counts[i].defined()) continue;
    for (std::int64_t gram = 0; gram < grams[i].count(); ++gram) {
      const auto number = static_cast<std::size_t>(grams[i].first + gram);
      call.require(number < columns.size() && columns[number] >= 0, "its ngram_indexes do not fit its pool");
      places.emplace_back(columns[number], place++);
    }
  }
  std::erase_if(parts, [](const Value& part) { return !part.defined(); });
  Ints sources(static_cast<std::size_t>(width), place);
  for (const auto& [column, source] : places) sources[static_cast<std::size_t>(column)] = source;
  return gather(concat(parts, 1), call.integers(sources), 1);
}

// By the mode: the counts, whether there are any times a weight, or the counts times a weight.
Value weighted(const Call& call, Value counts) {
  const std::string mode = call.text("mode", "");
  if (mode == "TF") return counts;
  call.require(mode == "IDF" || mode == "TFIDF", "there is no mode '", mode, "'");
  const Value frequency = mode == "IDF" ? cast(counts > 0.0, DType::f32) : counts;
  const std::vector<double> weights = call.numbers("weights");
  if (weights.empty()) return frequency;
  const auto size = static_cast<std::int64_t>(weights.size());
  return frequency * cast(call.constant(Tensor::of<double>({size}, weights)), DType::f32);
}

std::vector<Item> counting_grams(const Call& call) {
  const Value x = cast_to(call.input(0), DType::i64);
  call.require(x.rank() == 1 || x.rank() == 2, "it needs ids of one or two axes");
  const Value rows = x.rank() == 1 ? insert_axes(x, {0}) : x;
  const Dim columns = rows.type().dims[1];
  call.require(columns.is_constant(), "how many ids a row has must be known");
  const std::vector<Grams> grams = grams_of(call);
  std::vector<Value> counts;
  for (const Grams& each : grams) counts.push_back(counts_of(call, rows, each, columns.constant()));
  const Value zeros = reduce_sum(cast(slice(rows, {{1, 0, 0}}), DType::f32), {1}, true);
  const Value result = weighted(call, in_columns(call, grams, counts, zeros));
  return {x.rank() == 1 ? at_place(call, result, 0, 0) : result};
}
}  // namespace

void add_gram_rules(Rules& rules) { rules.add("TfIdfVectorizer", counting_grams); }

}  // namespace tenon::onnx
