#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Losses of class ids, classes on axis 1.
namespace tenon::onnx {

namespace {
Reduction reduction_of(const Call& call) {
  const std::string name = call.text("reduction", "mean");
  if (name == "mean") return Reduction::mean;
  if (name == "sum") return Reduction::sum;
  call.require(name == "none", "there is no reduction '", name, "'");
  return Reduction::none;
}

std::optional<std::int64_t> ignored_id(const Call& call) {
  if (!call.has_attribute("ignore_index")) return std::nullopt;
  return call.integer("ignore_index");
}

// Ids are compared with the class numbers instead of gathered by, so that all of it fuses into one loop.
struct Labels {
  Value is_class;  // whether the class is the one of the row, of the shape of the scores
  Value ignored;   // whether a row does not count; undefined where all do
};

Labels labels_of(const Call& call, Value scores, Value target) {
  const Value ids = insert_axes(target, {1});
  Labels labels{equal(ids, places_along(call, scores, 1, target.dtype())), {}};
  if (const auto ignored = ignored_id(call)) labels.ignored = equal(target, static_cast<double>(*ignored));
  return labels;
}

Value without_ignored(const Labels& labels, Value rows) {
  return labels.ignored.defined() ? select(labels.ignored, 0.0, rows) : rows;
}

// The class weight of the label of each row.
Value weights_of_rows(const Labels& labels, Value scores, Value weights) {
  const Value each = weights.defined() ? along(weights, 1, scores.rank()) : scalar_like(1, scores);
  return without_ignored(labels, reduce_sum(select(labels.is_class, each, 0.0), {1}));
}

Value likelihood_loss(const Call& call, Value log_probabilities, Value target, Value weights) {
  const Labels labels = labels_of(call, log_probabilities, target);
  const Reduction reduction = reduction_of(call);
  const bool counts_alike = !weights.defined() && !labels.ignored.defined();
  const Value own = neg(reduce_sum(select(labels.is_class, log_probabilities, 0.0), {1}));
  if (counts_alike && reduction == Reduction::mean) return reduce_mean(own);
  const Value shares = counts_alike ? Value() : weights_of_rows(labels, log_probabilities, weights);
  const Value losses = counts_alike ? own : own * shares;
  if (reduction == Reduction::none) return losses;
  const Value sum = reduce_sum(losses);
  return reduction == Reduction::sum ? sum : sum / reduce_sum(shares);
}

std::vector<Item> negative_log_likelihood(const Call& call) {
  return {likelihood_loss(call, call.input(0), call.input(1), call.input_or(2))};
}

std::vector<Item> softmax_cross_entropy(const Call& call) {
  const Value scores = call.input(0), target = call.input(1), weights = call.input_or(2);
  const bool classes_known = scores.rank() > 1 && scores.type().dims[1].is_constant();
  if (!call.wants(1) && classes_known)
    return {cross_entropy(
        scores, target,
        {.ignore_index = ignored_id(call), .reduction = reduction_of(call), .class_weights = weights})};
  const Value log_probabilities = log_softmax(scores, 1);
  return {likelihood_loss(call, log_probabilities, target, weights), log_probabilities};
}
}  // namespace

void add_loss_rules(Rules& rules) {
  rules.add("NegativeLogLikelihoodLoss", negative_log_likelihood);
  rules.add("SoftmaxCrossEntropyLoss", softmax_cross_entropy);
}

}  // namespace tenon::onnx
