// The fields of one protobuf message. What is wrong with the bytes is said with their place in the file.
#pragma once

#include <protozero/pbf_reader.hpp>

#include "base/bytes.h"
#include "onnx/model.h"

namespace tenon::onnx {

// The current field of a message, to be read by at most one of these.
class Field {
 public:
  Field(const Origin& origin, std::string_view message)
      : origin_(origin), reader_(message.data(), message.size()) {}

  bool next() {
    return guarded([&] {
      if (unread_) reader_.skip();
      return unread_ = reader_.next();
    });
  }
  std::uint32_t number() const { return reader_.tag(); }

  std::string_view view() {
    expect(protozero::pbf_wire_type::length_delimited);
    return guarded([&] {
      const auto view = reader_.get_view();
      return std::string_view(view.data(), view.size());
    });
  }
  std::int64_t integer() {
    expect(protozero::pbf_wire_type::varint);
    return guarded([&] { return reader_.get_int64(); });
  }
  float number32() {
    expect(protozero::pbf_wire_type::fixed32);
    return guarded([&] { return reader_.get_float(); });
  }
  double number64() {
    expect(protozero::pbf_wire_type::fixed64);
    return guarded([&] { return reader_.get_double(); });
  }

  // A repeated field comes packed or one by one.
  void append_to(std::vector<std::int64_t>& values) {
    if (reader_.wire_type() == protozero::pbf_wire_type::varint) return append_one(values, integer());
    append_packed(values, [&] { return reader_.get_packed_int64(); });
  }
  void append_to(std::vector<float>& values) {
    if (reader_.wire_type() == protozero::pbf_wire_type::fixed32) return append_one(values, number32());
    append_packed(values, [&] { return reader_.get_packed_float(); });
  }
  void append_to(std::vector<double>& values) {
    if (reader_.wire_type() == protozero::pbf_wire_type::fixed64) return append_one(values, number64());
    append_packed(values, [&] { return reader_.get_packed_double(); });
  }

  // For what is about to be made.
  void pay(std::size_t bytes) const {
    if (!origin_.budget->has(bytes))
      fail("there is more here than a model of ", origin_.bytes.size(), " bytes can have");
    origin_.budget->take(bytes);
  }
  template <class T>
  void pay_for(std::size_t count = 1) const {
    pay(count * sizeof(T));
  }

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    fail_at(origin_.name, origin_.offset_of(std::string_view(reader_.data().data(), reader_.length())),
            parts...);
  }

 private:
  // A vector that grows takes twice what it holds.
  template <class T>
  void append_one(std::vector<T>& values, T value) {
    pay_for<T>(2);
    values.push_back(value);
  }

  template <class T, class Get>
  void append_packed(std::vector<T>& values, const Get& get) {
    expect(protozero::pbf_wire_type::length_delimited);
    guarded([&] {
      const auto packed = get();
      pay_for<T>(packed.size());
      values.insert(values.end(), packed.begin(), packed.end());
      return true;
    });
  }

  void expect(protozero::pbf_wire_type type) {
    if (reader_.wire_type() != type)
      fail("this is no ONNX file, or a damaged one: field ", number(), " is of wire type ",
           static_cast<int>(reader_.wire_type()), ", not ", static_cast<int>(type));
    unread_ = false;
  }

  template <class Read>
  auto guarded(const Read& read) -> decltype(read()) {
    try {
      return read();
    } catch (const protozero::exception& damage) {
      fail("this is no ONNX file, or a damaged one: ", damage.what());
    }
  }

  const Origin& origin_;
  protozero::pbf_reader reader_;
  bool unread_ = false;
};

}  // namespace tenon::onnx
