// The words of the text form.
#pragma once

#include <string>
#include <string_view>

namespace tenon {

enum class TokenKind { word, number, text, value, mark, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view spelling;  // as written
  std::string content;        // of a text or a value: what it says
  std::size_t line = 1;
  std::size_t column = 1;

  bool is(std::string_view mark_or_word) const {
    return (kind == TokenKind::mark || kind == TokenKind::word) && spelling == mark_or_word;
  }
};

// Throws an Error that says where.
[[noreturn]] void fail_at(const Token& token, const std::string& message);

// Words are identifiers; a NaN with its bits, nan(0x7fc00001), is one number; a value is %3, %3.1, %name or
// %"any text". Spaces and comments (from // to the end of the line) separate and say nothing else.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  Token next();

 private:
  bool at_end() const { return position_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  void advance();
  void skip_space();
  void read_number();
  void read_word();
  std::string read_text(const Token& start);
  char read_escape();

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
};

// What the value of an input is called within the parser: names that are no identifiers are kept apart from
// numbers, so %3 and %"3" are two values.
std::string value_name(std::string_view name);
bool is_identifier(std::string_view text);
std::string quoted(std::string_view text);  // with escapes, as read_text undoes them

}  // namespace tenon
