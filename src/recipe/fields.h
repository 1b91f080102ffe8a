// The keys of a recipe: the one list from which it is read, checked and printed. A visitor is called with a
// key, the member and, where not every value will do, a check that throws.
#pragma once

#include <algorithm>

#include "recipe/layers.h"
#include "recipe/nearest.h"
#include "recipe/recipe.h"

namespace tenon::recipe {

struct AnyValue {
  template <class T>
  void operator()(const T&) const {}
};

struct OneOf {
  std::vector<std::string> names;
  std::string what;
  void operator()(const std::string& name) const {
    if (std::ranges::find(names, name) == names.end())
      fail("there is no ", what, " '", name, "'", suggestion(name, names));
  }
};

struct AtLeast {
  double least;
  void operator()(double value) const {
    require(value >= least, "expected at least ", least, ", found ", value);
  }
};

struct Between {
  double low;
  double high;  // excluded
  void operator()(double value) const {
    require(value >= low && value < high, "expected a number from ", low, " to below ", high, ", found ",
            value);
  }
};

template <class Visit>
void fields(optim::Group& group, Visit&& visit) {
  visit("pattern", group.pattern);
  visit("rate", group.rate, AtLeast{0});
  visit("weight_decay", group.weight_decay);
}

template <class Visit>
void fields(optim::Sgd& rule, Visit&& visit) {
  visit("lr", rule.lr, AtLeast{0});
  visit("momentum", rule.momentum, Between{0, 1});
  visit("nesterov", rule.nesterov);
  visit("weight_decay", rule.weight_decay, AtLeast{0});
  visit("groups", rule.groups);
}

template <class Moments, class Visit>
void moment_fields(Moments& rule, Visit&& visit) {
  visit("lr", rule.lr, AtLeast{0});
  visit("beta1", rule.beta1, Between{0, 1});
  visit("beta2", rule.beta2, Between{0, 1});
  visit("epsilon", rule.epsilon, AtLeast{0});
  visit("weight_decay", rule.weight_decay, AtLeast{0});
  visit("groups", rule.groups);
}
template <class Visit>
void fields(optim::Adam& rule, Visit&& visit) {
  moment_fields(rule, visit);
}
template <class Visit>
void fields(optim::AdamW& rule, Visit&& visit) {
  moment_fields(rule, visit);
}
template <class Visit>
void fields(optim::Lamb& rule, Visit&& visit) {
  moment_fields(rule, visit);
}

template <class Visit>
void fields(optim::RmsProp& rule, Visit&& visit) {
  visit("lr", rule.lr, AtLeast{0});
  visit("alpha", rule.alpha, Between{0, 1});
  visit("epsilon", rule.epsilon, AtLeast{0});
  visit("momentum", rule.momentum, Between{0, 1});
  visit("weight_decay", rule.weight_decay, AtLeast{0});
  visit("groups", rule.groups);
}

template <class Visit>
void fields(optim::Adagrad& rule, Visit&& visit) {
  visit("lr", rule.lr, AtLeast{0});
  visit("epsilon", rule.epsilon, AtLeast{0});
  visit("weight_decay", rule.weight_decay, AtLeast{0});
  visit("groups", rule.groups);
}

// In the order of the variant's alternatives.
inline const std::vector<std::string> kRules = {"adam", "adamw", "sgd", "rmsprop", "adagrad", "lamb"};

template <std::size_t I = 0>
void choose_rule(Rule& rule) {
  if constexpr (I < std::variant_size_v<decltype(rule.settings)>) {
    if (rule.name != kRules[I]) return choose_rule<I + 1>(rule);
    if (rule.settings.index() != I) rule.settings.template emplace<I>();
  }
}

template <class Visit>
void fields(Rule& rule, Visit&& visit) {
  visit("name", rule.name, OneOf{kRules, "optimizer"});
  choose_rule(rule);
  std::visit([&](auto& settings) { fields(settings, visit); }, rule.settings);
}

template <class Visit>
void fields(Rate& rate, Visit&& visit) {
  visit("name", rate.name, OneOf{{"constant", "linear", "cosine", "step"}, "schedule"});
  if (rate.name == "linear" || rate.name == "cosine") visit("end", rate.end, AtLeast{0});
  if (rate.name == "step") {
    visit("every", rate.every, AtLeast{1});
    visit("factor", rate.factor, AtLeast{0});
  }
  visit("warm_up", rate.warm_up, AtLeast{0});
}

template <class Visit>
void fields(optim::Clip& clip, Visit&& visit) {
  visit("norm", clip.norm, AtLeast{0});
  visit("value", clip.value, AtLeast{0});
}

template <class Visit>
void fields(Checkpoints& checkpoint, Visit&& visit) {
  visit("steps", checkpoint.steps, AtLeast{0});
  visit("seconds", checkpoint.seconds, AtLeast{0});
}

inline void check_crop(double share) {
  require(share > 0 && share <= 1, "expected a share above 0 and at most 1, found ", share);
}

inline void check_picture_size(const std::vector<std::int64_t>& size) {
  const bool fits = size.size() == 2 && size[0] >= 1 && size[1] >= 1;
  require(size.empty() || fits, "expected a height and a width, such as [224, 224], found ", size);
}

template <class Visit>
void fields(PictureSize& picture, Visit&& visit) {
  visit("size", picture.size, check_picture_size);
  visit("fit", picture.fit, OneOf{{"crop", "stretch"}, "way to fit"});
  visit("crop", picture.crop, check_crop);
  visit("sampling", picture.sampling, OneOf{{"nearest", "bilinear", "bicubic"}, "sampling"});
}

inline const std::vector<std::string> kKinds = {"idx", "npy", "npz", "cifar10", "cifar100", "pictures"};

template <class Visit>
void fields(Data& data, Visit&& visit) {
  visit("kind", data.kind, OneOf{kKinds, "kind of data"});
  visit("train", data.train);
  visit("test", data.test);
  visit("validate", data.validate, Between{0, 1});
  visit("class_names", data.class_names);
  visit("scale", data.scale);
  visit("mean", data.mean);
  visit("deviation", data.deviation);
  if (data.kind == "pictures") fields(data.picture, visit);
}

template <class Visit>
void fields(Model& model, Visit&& visit) {
  visit("onnx", model.onnx);
  visit("head", model.head, AtLeast{0});
  visit("freeze", model.freeze);
  visit("layers", model.layers, check_layer);
}

inline const std::vector<std::string> kLosses = {"cross_entropy", "mse",    "l1",
                                                 "huber",         "kl_div", "bce_with_logits"};

template <class Visit>
void fields(Train& train, Visit&& visit) {
  visit("loss", train.loss, OneOf{kLosses, "loss"});
  visit("metrics", train.metrics, OneOf{{"accuracy", "mae"}, "metric"});
  visit("optimizer", train.optimizer);
  visit("schedule", train.schedule);
  visit("clip", train.clip);
  visit("epochs", train.epochs, AtLeast{1});
  visit("batch", train.batch, AtLeast{1});
  visit("shuffle", train.shuffle);
  visit("drop_last", train.drop_last);
  visit("on_nan", train.on_nan, OneOf{{"stop", "skip", "continue"}, "way"});
  visit("threads", train.threads, Between{0, 4097});
  visit("backend", train.backend);
  visit("checkpoint", train.checkpoint);
}

template <class Visit>
void fields(Recipe& recipe, Visit&& visit) {
  visit("seed", recipe.seed, AtLeast{0});
  visit("data", recipe.data);
  visit("model", recipe.model);
  visit("train", recipe.train);
}

}  // namespace tenon::recipe
