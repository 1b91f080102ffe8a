#include "recipe/layers.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <sstream>

#include "recipe/nearest.h"

namespace tenon::recipe {

namespace {
// A layer as it is written: its name, numbers, then options by name, with or without a number:
// "conv 32 3 stride 2 same".
class Words {
 public:
  explicit Words(const std::string& text) : text_(text) {
    std::istringstream in(text);
    require(static_cast<bool>(in >> name_), "a layer has a name; this one is empty");
    for (std::string word; in >> word;) {
      const bool is_name = std::isalpha(static_cast<unsigned char>(word[0])) != 0;
      if (is_name)
        options_.push_back({word, {}});
      else if (options_.empty())
        numbers_.push_back(word);
      else
        options_.back().values.push_back(word);
    }
  }

  const std::string& text() const { return text_; }
  const std::string& name() const { return name_; }
  std::size_t count() const { return numbers_.size(); }

  std::int64_t size(std::size_t index) const { return parse_size(numbers_.at(index), 1); }
  double number(std::size_t index, double fallback) const {
    return index < count() ? parse<double>(numbers_[index], "a number") : fallback;
  }
  bool has(std::string_view option) const { return find(option) != nullptr; }
  std::int64_t size(std::string_view option, std::int64_t fallback, std::int64_t least = 1) const {
    const Option* found = find(option);
    if (!found) return fallback;
    require(found->values.size() == 1, "layer '", text_, "': expected one number behind '", option, "'");
    return parse_size(found->values[0], least);
  }

  void check_options(const std::vector<std::string>& known) const {
    for (const Option& option : options_)
      require(std::ranges::find(known, option.name) != known.end(), "layer '", text_,
              "': there is no option '", option.name, "'", suggestion(option.name, known));
  }

 private:
  struct Option {
    std::string name;
    std::vector<std::string> values;
  };

  const Option* find(std::string_view name) const {
    const auto found = std::ranges::find(options_, name, &Option::name);
    return found == options_.end() ? nullptr : &*found;
  }

  std::int64_t parse_size(const std::string& word, std::int64_t least) const {
    const auto value = parse<std::int64_t>(word, "a whole number");
    require(value >= least, "layer '", text_, "': expected at least ", least, ", found ", value);
    return value;
  }

  template <class T>
  T parse(const std::string& word, std::string_view wanted) const {
    T value{};
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    require(code == std::errc{} && end == word.data() + word.size(), "layer '", text_, "': expected ", wanted,
            ", found '", word, "'");
    return value;
  }

  const std::string& text_;
  std::string name_;
  std::vector<std::string> numbers_;
  std::vector<Option> options_;
};

struct Row {
  std::string name;
  std::string arguments;  // for people; those in brackets may be left out
  std::size_t least;      // numbers
  std::size_t most;
  nn::Module (*make)(const Words&);
  std::string meaning;
  std::vector<std::string> options = {};
};

template <class Layer>
nn::Module plain(const Words&) {
  return Layer{};
}

nn::Module make_conv(const Words& words) {
  return nn::Conv{.out = words.size(0),
                  .kernel = words.size(1),
                  .strides = words.size("stride", 1),
                  .padding = words.size("padding", 0, 0),
                  .same = words.has("same"),
                  .groups = words.size("groups", 1)};
}

template <class Pool>
nn::Module make_pool(const Words& words) {
  const std::int64_t kernel = words.size(0);
  return Pool{
      .kernel = kernel, .strides = words.size("stride", kernel), .padding = words.size("padding", 0, 0)};
}

nn::Module make_dropout(const Words& words) {
  const double rate = words.number(0, nn::Dropout{}.rate);
  require(rate >= 0 && rate < 1, "layer '", words.text(), "': expected a rate from 0 to below 1, found ",
          rate);
  return nn::Dropout{rate};
}

nn::Module make_reshape(const Words& words) {
  Ints shape{0};  // the batch stays
  for (std::size_t i = 0; i < words.count(); ++i) shape.push_back(words.size(i));
  return [shape](nn::Context&, Value x) { return reshape(x, shape); };
}

const std::vector<Row>& rows() {
  using nn::Module;
  static const std::vector<Row> kRows = {
      {"flatten", "", 0, 0, plain<nn::Flatten>, "all axes but the first become one"},
      {"linear", "OUT", 1, 1, [](const Words& w) -> Module { return nn::Linear(w.size(0)); },
       "x w + b along the last axis"},
      {"conv",
       "OUT KERNEL [stride N] [padding N | same] [groups N]",
       2,
       2,
       make_conv,
       "convolution of images [channels, height, width]",
       {"stride", "padding", "same", "groups"}},
      {"maxpool",
       "KERNEL [stride N] [padding N]",
       1,
       1,
       make_pool<nn::MaxPool>,
       "the largest of each window",
       {"stride", "padding"}},
      {"avgpool",
       "KERNEL [stride N] [padding N]",
       1,
       1,
       make_pool<nn::AvgPool>,
       "the mean of each window",
       {"stride", "padding"}},
      {"global_avgpool", "", 0, 0, plain<nn::GlobalAvgPool>, "the mean of each channel"},
      {"reshape", "SIZE…", 1, 7, make_reshape, "the axes of an item anew: reshape 1 28 28"},
      {"embedding", "ENTRIES WIDTH", 2, 2,
       [](const Words& w) -> Module { return nn::Embedding{w.size(0), w.size(1)}; },
       "a row of a table for each integer"},
      {"relu", "", 0, 0, plain<nn::Relu>, "max(x, 0)"},
      {"leaky_relu", "[ALPHA]", 0, 1,
       [](const Words& w) -> Module { return nn::LeakyRelu{w.number(0, nn::LeakyRelu{}.alpha)}; },
       "x above 0, ALPHA x below"},
      {"elu", "[ALPHA]", 0, 1, [](const Words& w) -> Module { return nn::Elu{w.number(0, nn::Elu{}.alpha)}; },
       "x above 0, ALPHA (exp(x) - 1) below"},
      {"gelu", "", 0, 0, plain<nn::Gelu>, "x times the normal distribution's function"},
      {"silu", "", 0, 0, plain<nn::Silu>, "x sigmoid(x)"},
      {"tanh", "", 0, 0, plain<nn::Tanh>, "the hyperbolic tangent"},
      {"sigmoid", "", 0, 0, plain<nn::Sigmoid>, "1 / (1 + exp(-x))"},
      {"hardswish", "", 0, 0, plain<nn::HardSwish>, "x clamp(x / 6 + 1/2, 0, 1)"},
      {"dropout", "[RATE]", 0, 1, make_dropout,
       "in training, a share RATE of the numbers is 0 and the others are scaled up"},
      {"softmax", "", 0, 0, plain<nn::Softmax>, "exp(x), scaled to a sum of 1"},
      {"batchnorm", "", 0, 0, plain<nn::BatchNorm>, "each channel normalised over the batch"},
      {"layernorm", "", 0, 0, plain<nn::LayerNorm>, "each item normalised along its last axis"},
      {"rmsnorm", "", 0, 0, plain<nn::RmsNorm>, "each item over the root of its mean square"},
      {"groupnorm", "GROUPS", 1, 1, [](const Words& w) -> Module { return nn::GroupNorm{w.size(0)}; },
       "each item normalised over groups of channels"},
  };
  return kRows;
}

std::string usage(const Row& row) {
  return row.arguments.empty() ? row.name : row.name + " " + row.arguments;
}

const Row& row_of(const std::string& name) {
  const auto found = std::ranges::find(rows(), name, &Row::name);
  if (found != rows().end()) return *found;
  std::vector<std::string> names;
  for (const Row& row : rows()) names.push_back(row.name);
  fail("there is no layer '", name, "'", suggestion(name, names));
}
}  // namespace

nn::Module make_layer(const std::string& text) {
  const Words words(text);
  const Row& row = row_of(words.name());
  require(words.count() >= row.least && words.count() <= row.most, "layer '", text, "': expected '",
          usage(row), "'");
  words.check_options(row.options);
  return row.make(words);
}

void check_layer(const std::string& text) { make_layer(text); }

std::vector<LayerHelp> layer_help() {
  std::vector<LayerHelp> help;
  for (const Row& row : rows()) help.push_back({usage(row), row.meaning});
  return help;
}

}  // namespace tenon::recipe
