#include "recipe/layers.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "recipe/nearest.h"

namespace tenon::recipe {

namespace {
// What stands behind the name of a layer.
class Words {
 public:
  explicit Words(const std::string& text) : text_(text) {
    std::istringstream in(text);
    for (std::string word; in >> word;) words_.push_back(word);
    require(!words_.empty(), "a layer has a name; this one is empty");
  }

  const std::string& name() const { return words_[0]; }
  std::size_t count() const { return words_.size() - 1; }

  std::int64_t size(std::size_t index) const {
    const auto value = parse<std::int64_t>(index, "a whole number");
    require(value > 0, "layer '", text_, "': expected a number above 0, found ", value);
    return value;
  }
  double number(std::size_t index, double fallback) const {
    return index < count() ? parse<double>(index, "a number") : fallback;
  }

 private:
  template <class T>
  T parse(std::size_t index, std::string_view wanted) const {
    const std::string& word = words_[index + 1];
    T value{};
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    require(code == std::errc{} && end == word.data() + word.size(), "layer '", text_, "': expected ", wanted,
            ", found '", word, "'");
    return value;
  }

  const std::string& text_;
  std::vector<std::string> words_;
};

struct Row {
  std::string name;
  std::string arguments;  // for people; those in brackets may be left out
  std::size_t least;
  std::size_t most;
  nn::Module (*make)(const Words&);
  std::string meaning;
};

template <class Layer>
nn::Module plain(const Words&) {
  return Layer{};
}

const std::vector<Row>& rows() {
  using nn::Module;
  static const std::vector<Row> kRows = {
      {"flatten", "", 0, 0, plain<nn::Flatten>, "all axes but the first become one"},
      {"linear", "OUT", 1, 1, [](const Words& w) -> Module { return nn::Linear(w.size(0)); },
       "x w + b along the last axis"},
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
  return row.make(words);
}

void check_layer(const std::string& text) { make_layer(text); }

nn::Sequential make_model(const std::vector<std::string>& layers) {
  std::vector<nn::Module> modules;
  for (const std::string& layer : layers) modules.push_back(make_layer(layer));
  return nn::Sequential(std::move(modules));
}

std::vector<LayerHelp> layer_help() {
  std::vector<LayerHelp> help;
  for (const Row& row : rows()) help.push_back({usage(row), row.meaning});
  return help;
}

}  // namespace tenon::recipe
