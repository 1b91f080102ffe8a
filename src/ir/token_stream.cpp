#include "ir/token_stream.h"

#include <algorithm>

#include "tenon/error.h"

namespace tenon {

TokenStream::TokenStream(std::string_view text) {
  Lexer lexer(text);
  do tokens_.push_back(lexer.next());
  while (tokens_.back().kind != TokenKind::end);
}

const Token& TokenStream::peek(std::size_t ahead) const {
  return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

const Token& TokenStream::take() {
  const Token& token = peek();
  if (token.kind != TokenKind::end) ++position_;
  return token;
}

bool TokenStream::accept(std::string_view mark_or_word) {
  if (!peek().is(mark_or_word)) return false;
  ++position_;
  return true;
}

void TokenStream::expect(std::string_view mark_or_word) {
  if (!accept(mark_or_word)) expected(cat("'", mark_or_word, "'"));
}

const Token& TokenStream::expect(TokenKind kind, std::string_view what) {
  if (peek().kind != kind) expected(what);
  return take();
}

std::string TokenStream::name(std::string_view what) {
  if (peek().kind == TokenKind::word) return std::string(take().spelling);
  return expect(TokenKind::text, what).content;
}

void TokenStream::expected(const Token& token, std::string_view what) {
  constexpr std::size_t kShown = 40;
  fail_at(token, token.kind == TokenKind::end
                     ? cat("expected ", what, " but the text ends")
                     : cat("expected ", what, " but found '", token.spelling.substr(0, kShown), "'"));
}

}  // namespace tenon
