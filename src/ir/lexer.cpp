#include "ir/lexer.h"

#include <algorithm>

#include "tenon/error.h"

namespace tenon {

namespace {
// By hand: the locale has no say in the text form.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool in_word(char c) { return is_letter(c) || is_digit(c); }

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kEllipsis = "…";
}  // namespace

void fail_at(const Token& token, const std::string& message) {
  fail("line ", token.line, ", column ", token.column, ": ", message);
}

bool is_identifier(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), in_word);
}

std::string value_name(std::string_view name) { return cat(is_identifier(name) ? "" : "\"", name); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte == 0x7f)
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    else
      out += c;
  }
  return out + '"';
}

void Lexer::advance() {
  if (peek() == '\n') {
    ++line_;
    column_ = 0;
  }
  ++position_;
  ++column_;
}

void Lexer::skip_space() {
  while (!at_end()) {
    const char c = peek();
    if (c == '/' && peek(1) == '/')
      while (!at_end() && peek() != '\n') advance();
    else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
      advance();
    else
      return;
  }
}

// Everything that could belong to a number; what it means is for the reader of its kind to say.
void Lexer::read_number() {
  do {
    const bool exponent = peek() == 'e' || peek() == 'E';
    advance();
    if (exponent && (peek() == '+' || peek() == '-')) advance();
  } while (in_word(peek()) || peek() == '.');
}

void Lexer::read_word() {
  const std::size_t start = position_;
  while (in_word(peek())) advance();
  if (text_.substr(start, position_ - start) != "nan" || peek() != '(') return;
  while (!at_end() && peek() != ')' && peek() != '\n') advance();
  if (!at_end()) advance();
}

char Lexer::read_escape() {
  const Token here{TokenKind::text, {}, {}, line_, column_};
  advance();
  const char kind = peek();
  advance();
  if (kind == '"' || kind == '\\') return kind;
  if (kind != 'x') fail_at(here, "an escape is \\\", \\\\ or \\x and two hexadecimal digits");
  const std::size_t high = kHex.find(peek());
  const std::size_t low = kHex.find(peek(1));
  if (high == std::string_view::npos || low == std::string_view::npos)
    fail_at(here, "\\x takes two hexadecimal digits");
  advance();
  advance();
  return static_cast<char>(high << 4 | low);
}

std::string Lexer::read_text(const Token& start) {
  std::string content;
  advance();
  while (peek() != '"') {
    if (at_end() || peek() == '\n') fail_at(start, "this text has no closing quote on its line");
    if (peek() == '\\') {
      content += read_escape();
      continue;
    }
    content += peek();
    advance();
  }
  advance();
  return content;
}

Token Lexer::next() {
  skip_space();
  Token token{TokenKind::end, {}, {}, line_, column_};
  if (at_end()) return token;
  const std::size_t start = position_;
  const char c = peek();
  if (c == '"') {
    token.kind = TokenKind::text;
    token.content = read_text(token);
  } else if (c == '%') {
    token.kind = TokenKind::value;
    advance();
    if (peek() == '"') {
      token.content = value_name(read_text(token));
    } else {
      while (in_word(peek()) || peek() == '.') advance();
      token.content = text_.substr(start + 1, position_ - start - 1);
      if (token.content.empty()) fail_at(token, "a value needs a name after %");
    }
  } else if (is_digit(c) || c == '-' || c == '.') {
    token.kind = TokenKind::number;
    read_number();
  } else if (is_letter(c)) {
    read_word();
    token.kind = is_identifier(text_.substr(start, position_ - start)) ? TokenKind::word : TokenKind::number;
  } else {
    token.kind = TokenKind::mark;
    const std::size_t length = text_.substr(start).starts_with(kEllipsis) ? kEllipsis.size() : 1;
    position_ += length;
    ++column_;
  }
  token.spelling = text_.substr(start, position_ - start);
  return token;
}

}  // namespace tenon
