#include "format/npy_header.h"

#include <array>
#include <charconv>

namespace tenon {

namespace {
struct Spelling {
  DType dtype;
  std::string_view descr;
};

constexpr std::array<Spelling, 13> kSpellings = {{{DType::f64, "<f8"},
                                                  {DType::f32, "<f4"},
                                                  {DType::f16, "<f2"},
                                                  {DType::bf16, "<V2"},
                                                  {DType::i64, "<i8"},
                                                  {DType::i32, "<i4"},
                                                  {DType::i16, "<i2"},
                                                  {DType::i8, "|i1"},
                                                  {DType::u64, "<u8"},
                                                  {DType::u32, "<u4"},
                                                  {DType::u16, "<u2"},
                                                  {DType::u8, "|u1"},
                                                  {DType::boolean, "|b1"}}};

class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string_view name, std::uint64_t offset)
      : text_(text), name_(name), offset_(offset) {}

  ElementLayout parse() {
    expect('{');
    while (!take('}')) {
      parse_entry();
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (at_ < text_.size()) fail_here("expected nothing after the dictionary");
    if (!has_descr_ || !has_order_ || !has_shape_)
      fail_here("expected the keys 'descr', 'fortran_order' and 'shape'");
    return layout_;
  }

 private:
  void parse_entry() {
    const std::string_view key = string();
    expect(':');
    if (key == "descr" && !std::exchange(has_descr_, true)) return parse_descr();
    if (key == "fortran_order" && !std::exchange(has_order_, true)) return parse_order();
    if (key == "shape" && !std::exchange(has_shape_, true)) return parse_shape();
    fail_here("expected 'descr', 'fortran_order' and 'shape', each once, found '", key, "'");
  }

  void parse_descr() {
    if (peek() != '\'' && peek() != '"')
      fail_here("arrays of records are not supported: save each field by itself");
    const std::string_view descr = string();
    const std::string_view plain = descr.substr(std::min<std::size_t>(1, descr.size()));
    if (plain.starts_with('O')) fail_here("arrays of Python objects are refused: they would run code");
    for (const auto& [dtype, known] : kSpellings) {
      if (known.substr(1) != plain || std::string_view("<>|=").find(descr[0]) == std::string_view::npos)
        continue;
      layout_.dtype = dtype;
      layout_.big_endian = descr[0] == '>';
      return;
    }
    fail_here("the element type '", descr, "' is not one of ours (floats, integers, bool)");
  }

  void parse_order() {
    layout_.fortran_order = take_word("True");
    if (!layout_.fortran_order && !take_word("False")) fail_here("expected True or False");
  }

  void parse_shape() {
    expect('(');
    while (!take(')')) {
      layout_.shape.push_back(integer());
      take('L');  // as Python 2 wrote long integers
      if (take(',')) continue;
      expect(')');
      break;
    }
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) { return peek() == c && at_ < text_.size() && ++at_; }

  void expect(char c) {
    if (!take(c)) fail_here("expected '", c, "' in the NPY header");
  }

  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string_view string() {
    const char quote = take('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail_here("expected the string to end");
    const std::string_view value = text_.substr(at_, end - at_);
    at_ = end + 1;
    return value;
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (code != std::errc{} || value < 0) fail_here("expected a dimension: an integer from 0 to 2^63 - 1");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail_at(name_, offset_ + at_, parts...);
  }

  std::string_view text_;
  std::string_view name_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
  ElementLayout layout_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};
}  // namespace

ElementLayout parse_npy_header(std::string_view text, std::string_view name, std::uint64_t offset) {
  return HeaderParser(text, name, offset).parse();
}

std::string_view npy_descr(DType dtype) { return kSpellings[static_cast<std::size_t>(dtype)].descr; }

}  // namespace tenon
