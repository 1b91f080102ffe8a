// The words of a text, read with a look ahead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ir/lexer.h"

namespace tenon {

class TokenStream {
 public:
  explicit TokenStream(std::string_view text);

  const Token& peek(std::size_t ahead = 0) const;
  const Token& take();  // stays at the end
  bool at_end() const { return peek().kind == TokenKind::end; }
  std::size_t position() const { return position_; }
  void go_to(std::size_t position) { position_ = position; }

  bool accept(std::string_view mark_or_word);
  void expect(std::string_view mark_or_word);
  const Token& expect(TokenKind kind, std::string_view what);
  std::string name(std::string_view what);  // an identifier, or any text in quotes
  [[noreturn]] void expected(std::string_view what) const { expected(peek(), what); }
  [[noreturn]] static void expected(const Token& token, std::string_view what);

  // item {"," item} up to the closing mark, or nothing.
  template <class Item>
  void list_until(std::string_view close, Item&& item) {
    if (accept(close)) return;
    do item();
    while (accept(","));
    expect(close);
  }

 private:
  std::vector<Token> tokens_;
  std::size_t position_ = 0;
};

}  // namespace tenon
