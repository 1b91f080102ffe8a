#include "ir/parse_literal.h"

#include "ir/check.h"
#include "ir/literal.h"

namespace tenon {

Blobs find_blobs(TokenStream& tokens) {
  const std::size_t start = tokens.position();
  for (int depth = 0; !tokens.at_end();) {
    const Token& token = tokens.take();
    depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
    if (depth == 0 && token.is("}")) break;
  }
  Blobs blobs;
  while (tokens.accept("blob")) {
    const Token& name = tokens.expect(TokenKind::word, "the name of a blob");
    tokens.expect("=");
    const Token& digits = tokens.expect(TokenKind::text, "hexadecimal digits in quotes");
    if (!blobs.emplace(name.spelling, &digits.content).second)
      fail_at(name, cat("there are two blobs named ", name.spelling));
  }
  if (!tokens.at_end()) tokens.expected("the end of the text, or 'blob'");
  tokens.go_to(start);
  return blobs;
}

namespace {
Dim parse_dim(TokenStream& tokens) {
  if (tokens.accept("?")) return Dim::unknown();
  if (tokens.peek().kind != TokenKind::number) return Dim(tokens.name("a dimension"));
  const Token& token = tokens.take();
  std::int64_t size = 0;
  if (!read_integer(token.spelling, size) || size < 0) TokenStream::expected(token, "a dimension");
  return size;
}

DType parse_element_type(TokenStream& tokens) {
  const Token& token = tokens.expect(TokenKind::word, "an element type");
  const auto dtype = parse_dtype(token.spelling);
  if (!dtype) TokenStream::expected(token, "an element type");
  return *dtype;
}

Tensor parse_elements(TokenStream& tokens, const Token& start, const Type& type) {
  std::vector<const Token*> elements;
  tokens.list_until("}", [&] { elements.push_back(&tokens.take()); });
  if (static_cast<std::int64_t>(elements.size()) != type.size())
    fail_at(start, cat(elements.size(), " elements are written for ", type));
  Tensor tensor = Tensor::empty(type.dtype, type.shape());
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (!read_element(elements[i]->spelling, tensor, static_cast<std::int64_t>(i)))
      TokenStream::expected(*elements[i], cat("a value of ", type.dtype));
  return tensor;
}

Tensor parse_blob(const Token& token, const Blobs& blobs, const Type& type) {
  const auto found = blobs.find(token.spelling);
  if (found == blobs.end()) fail_at(token, cat("there is no blob named ", token.spelling));
  const std::string& digits = *found->second;
  // The count first: that of the bytes could overflow.
  if (static_cast<std::size_t>(type.size()) > digits.size() || 2 * type.bytes() != digits.size())
    fail_at(token, cat("the blob holds ", digits.size() / 2, " bytes, which are no ", type));
  Tensor tensor = Tensor::empty(type.dtype, type.shape());
  if (!read_bytes(digits, tensor)) fail_at(token, cat("the blob does not hold elements of ", type.dtype));
  return tensor;
}

std::int64_t parse_integer(TokenStream& tokens) {
  const Token& token = tokens.take();
  std::int64_t value = 0;
  if (!read_integer(token.spelling, value)) TokenStream::expected(token, "an integer");
  return value;
}

double parse_number(TokenStream& tokens) {
  const Token& token = tokens.take();
  double value = 0;
  if (!read_number(token.spelling, value)) TokenStream::expected(token, "a number");
  return value;
}

bool parse_flag(TokenStream& tokens) {
  if (tokens.accept("true")) return true;
  if (!tokens.accept("false")) tokens.expected("'true' or 'false'");
  return false;
}

template <class T>
std::vector<T> parse_list(TokenStream& tokens, T (*parse_item)(TokenStream&)) {
  std::vector<T> items;
  tokens.expect("[");
  tokens.list_until("]", [&] { items.push_back(parse_item(tokens)); });
  return items;
}
}  // namespace

Type parse_type(TokenStream& tokens) {
  const Token& start = tokens.peek();
  Type type{parse_element_type(tokens), {}};
  tokens.expect("[");
  if (tokens.accept("…")) {
    tokens.expect("]");
    return Type::unranked(type.dtype);
  }
  tokens.list_until("]", [&] { type.dims.push_back(parse_dim(tokens)); });
  if (type.rank() > kMaxRank) fail_at(start, cat("a tensor has at most ", kMaxRank, " axes"));
  return type;
}

Tensor parse_tensor(TokenStream& tokens, const Blobs& blobs) {
  const Token& start = tokens.peek();
  const Type type = parse_type(tokens);
  if (!type.concrete()) fail_at(start, "a constant's dimensions must be numbers");
  return located(start, [&] {
    type.size();
    if (tokens.accept("{")) return parse_elements(tokens, start, type);
    return parse_blob(tokens.expect(TokenKind::word, "'{' or the name of a blob"), blobs, type);
  });
}

AttrValue parse_attr(TokenStream& tokens, const Blobs& blobs, AttrKind kind) {
  switch (kind) {
    case AttrKind::integer:
      return parse_integer(tokens);
    case AttrKind::number:
      return parse_number(tokens);
    case AttrKind::flag:
      return parse_flag(tokens);
    case AttrKind::text:
      return tokens.expect(TokenKind::text, "a text in quotes").content;
    case AttrKind::dtype:
      return parse_element_type(tokens);
    case AttrKind::ints:
      return parse_list<std::int64_t>(tokens, parse_integer);
    case AttrKind::numbers:
      return parse_list<double>(tokens, parse_number);
    default:
      return parse_tensor(tokens, blobs);
  }
}

}  // namespace tenon
