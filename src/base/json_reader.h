// JSON read value by value, as RFC 8259 has it and not a character more. Nothing is built that the caller
// does not keep, so a hostile file costs no more memory than it has bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"

namespace tenon {

using JsonNumber = std::variant<std::int64_t, double>;  // an integer where it is written as one and fits

class JsonReader {
 public:
  enum class Kind { null, boolean, number, string, array, object };
  static constexpr int kDeepest = 64;

  // `name` is the file's and `begin` where the text stands in it, for errors. Text and name outlive the
  // reader.
  JsonReader(std::string_view text, std::string_view name, std::uint64_t begin = 0)
      : text_(text), name_(name), begin_(begin) {}

  Kind peek();  // of the value that comes next

  void null();
  bool boolean();
  JsonNumber number();
  std::int64_t integer();
  std::string string();
  // `member(key)` must read the member's value; `element()` the element's.
  template <class Member>
  void object(Member&& member);
  template <class Element>
  void array(Element&& element);
  void skip();    // any one value
  void finish();  // nothing may follow

  std::uint64_t offset() const { return begin_ + at_; }
  template <class... Parts>
  [[noreturn]] void fail_here(const Parts&... parts) const {
    fail_at(name_, offset(), parts...);
  }

 private:
  void skip_space();
  void expect_word(std::string_view word, std::string_view wanted);
  void open(char bracket, std::string_view wanted);
  bool closes(char bracket);
  bool goes_on(char bracket);
  std::string key();
  void escape(std::string& out);
  std::uint32_t code_unit();
  void digits();
  [[noreturn]] void fail_unexpected(std::string_view wanted) const;

  std::string_view text_;
  std::string_view name_;
  std::uint64_t begin_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::string_view name_of(JsonReader::Kind kind);

template <class Member>
void JsonReader::object(Member&& member) {
  open('{', "an object");
  if (closes('}')) return;
  do member(key());
  while (goes_on('}'));
}

template <class Element>
void JsonReader::array(Element&& element) {
  open('[', "an array");
  if (closes(']')) return;
  do element();
  while (goes_on(']'));
}

}  // namespace tenon
