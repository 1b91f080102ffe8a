#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json_reader.h"

namespace tenon {

namespace {
constexpr std::string_view kAlternatives[] = {"null",     "a boolean", "an integer", "a number",
                                              "a string", "an array",  "an object"};

template <class T, class Value>
const T& expect(const Value& value, std::string_view wanted) {
  if (const T* found = std::get_if<T>(&value)) return *found;
  fail("expected ", wanted, " in the JSON, found ", kAlternatives[value.index()]);
}

void refuse_duplicates(const Json::Object& object, const JsonReader& reader) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (const auto& [key, value] : object) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end()) reader.fail_here("the object that ends here has two members \"", *twice, "\"");
}

Json read_value(JsonReader& reader);

Json read_array(JsonReader& reader) {
  Json::Array array;
  reader.array([&] { array.push_back(read_value(reader)); });
  return array;
}

Json read_object(JsonReader& reader) {
  Json::Object object;
  reader.object([&](std::string key) { object.emplace_back(std::move(key), read_value(reader)); });
  refuse_duplicates(object, reader);
  return object;
}

Json read_value(JsonReader& reader) {
  using Kind = JsonReader::Kind;
  switch (reader.peek()) {
    case Kind::null:
      reader.null();
      return {};
    case Kind::boolean:
      return reader.boolean();
    case Kind::number:
      return std::visit([](auto number) { return Json(number); }, reader.number());
    case Kind::string:
      return reader.string();
    case Kind::array:
      return read_array(reader);
    default:
      return read_object(reader);
  }
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  constexpr std::string_view kEscapes = "\"\\bfnrt";
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::size_t which = kPlain.find(c);
  if (which != std::string_view::npos)
    out += {'\\', kEscapes[which]};
  else if (static_cast<unsigned char>(c) < 0x20)
    out += cat("\\u00", kHex[static_cast<std::size_t>(c) >> 4], kHex[static_cast<std::size_t>(c) & 15]);
  else
    out.push_back(c);
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) append_escaped(out, c);
  out.push_back('"');
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) return void(out += "null");
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const std::string_view shortest(text.data(), end);
  out += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) out += ".0";  // so that it reads as a double
}

class Printer {
 public:
  explicit Printer(int indent) : indent_(indent) {}

  std::string print(const Json& json) {
    visit(json);
    return std::move(out_);
  }

  void operator()(std::monostate) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { out_ += cat(value); }
  void operator()(double value) { append_double(out_, value); }
  void operator()(const std::string& value) { append_string(out_, value); }
  void operator()(const Json::Array& array) {
    items(array, "[]", [&](const Json& item) { visit(item); });
  }
  void operator()(const Json::Object& object) {
    items(object, "{}", [&](const auto& member) {
      append_string(out_, member.first);
      out_ += ": ";
      visit(member.second);
    });
  }

 private:
  void visit(const Json& json) { std::visit(*this, json.value()); }

  template <class Items, class PrintItem>
  void items(const Items& all, std::string_view brackets, PrintItem&& print_item) {
    out_.push_back(brackets[0]);
    ++depth_;
    for (const auto& item : all) {
      if (&item != &all.front()) out_ += indent_ > 0 ? "," : ", ";
      start_line();
      print_item(item);
    }
    --depth_;
    if (!all.empty()) start_line();
    out_.push_back(brackets[1]);
  }

  void start_line() {
    if (indent_ > 0)
      out_.append("\n").append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth_), ' ');
  }

  std::string out_;
  int indent_;
  int depth_ = 0;
};
}  // namespace

bool Json::boolean() const { return expect<bool>(value_, "a boolean"); }
std::int64_t Json::integer() const { return expect<std::int64_t>(value_, "an integer"); }
const std::string& Json::string() const { return expect<std::string>(value_, "a string"); }
const Json::Array& Json::array() const { return expect<Array>(value_, "an array"); }
const Json::Object& Json::object() const { return expect<Object>(value_, "an object"); }

double Json::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*integer);
  return expect<double>(value_, "a number");
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : object())
    if (name == key) return &value;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* value = find(key)) return *value;
  fail("the JSON object has no member \"", key, "\"");
}

Json parse_json(std::string_view text, std::string_view name) {
  JsonReader reader(text, name);
  Json json = read_value(reader);
  reader.finish();
  return json;
}

std::string to_string(const Json& json) { return Printer(0).print(json); }
std::string to_pretty_string(const Json& json) { return Printer(2).print(json) + "\n"; }

}  // namespace tenon
