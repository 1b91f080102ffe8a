#include "onnx/tensors.h"

#include <array>
#include <charconv>

#include "base/convert.h"
#include "base/pages.h"
#include "format/elements.h"
#include "onnx/external.h"
#include "onnx/fields.h"

namespace tenon::onnx {

namespace {
struct ElementName {
  ElementType type;
  std::string_view name;
  std::optional<DType> dtype;
};

constexpr std::array kElements = {
    ElementName{ElementType::undefined, "no element type", {}},
    ElementName{ElementType::f32, "float", DType::f32},
    ElementName{ElementType::u8, "uint8", DType::u8},
    ElementName{ElementType::i8, "int8", DType::i8},
    ElementName{ElementType::u16, "uint16", DType::u16},
    ElementName{ElementType::i16, "int16", DType::i16},
    ElementName{ElementType::i32, "int32", DType::i32},
    ElementName{ElementType::i64, "int64", DType::i64},
    ElementName{ElementType::string, "string", {}},
    ElementName{ElementType::boolean, "bool", DType::boolean},
    ElementName{ElementType::f16, "float16", DType::f16},
    ElementName{ElementType::f64, "double", DType::f64},
    ElementName{ElementType::u32, "uint32", DType::u32},
    ElementName{ElementType::u64, "uint64", DType::u64},
    ElementName{ElementType::complex64, "complex64", {}},
    ElementName{ElementType::complex128, "complex128", {}},
    ElementName{ElementType::bf16, "bfloat16", DType::bf16},
    ElementName{ElementType::f8e4m3fn, "float8e4m3fn", {}},
    ElementName{ElementType::f8e4m3fnuz, "float8e4m3fnuz", {}},
    ElementName{ElementType::f8e5m2, "float8e5m2", {}},
    ElementName{ElementType::f8e5m2fnuz, "float8e5m2fnuz", {}},
    ElementName{ElementType::u4, "uint4", DType::u8},
    ElementName{ElementType::i4, "int4", DType::i8},
};

const ElementName* find_element(std::int32_t type) {
  const bool known = type >= 0 && type < static_cast<std::int32_t>(kElements.size());
  return known ? &kElements[static_cast<std::size_t>(type)] : nullptr;
}

bool is_packed(std::int32_t type) {
  return type == static_cast<std::int32_t>(ElementType::u4) ||
         type == static_cast<std::int32_t>(ElementType::i4);
}

struct Parts {
  TensorHead head;
  std::optional<std::string_view> raw;
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<std::int64_t> integers;  // int32_data, int64_data or uint64_data: two's complement
  std::vector<std::string_view> texts;
  ExternalData external;
  bool is_external = false;
};

void check_shape(const Origin& origin, std::string_view message, const Shape& shape) {
  for (const std::int64_t dim : shape)
    require_at(dim >= 0, origin.name, origin.offset_of(message), "a tensor's dimension is ", dim);
}

Parts read_parts(const Origin& origin, const TensorDef& tensor, bool with_elements) {
  Parts parts;
  for (Field field(origin, tensor.message); field.next();) {
    const std::uint32_t number = field.number();
    if (number == 1) field.append_to(parts.head.shape);
    if (number == 2) parts.head.element_type = static_cast<std::int32_t>(field.integer());
    if (number == 13) read_external(origin, field.view(), parts.external);
    if (number == 14) parts.is_external = field.integer() == 1;
    if (!with_elements) continue;
    if (number == 4) field.append_to(parts.floats);
    if (number == 5 || number == 7 || number == 11) field.append_to(parts.integers);
    if (number == 6) {
      field.pay_for<std::string_view>(2);
      parts.texts.push_back(field.view());
    }
    if (number == 9) parts.raw = field.view();
    if (number == 10) field.append_to(parts.doubles);
  }
  check_shape(origin, tensor.message, parts.head.shape);
  return parts;
}

class Decoder {
 public:
  Decoder(const Origin& origin, const TensorDef& tensor)
      : origin_(origin), tensor_(tensor), parts_(read_parts(origin, tensor, true)) {}

  Tensor decode() {
    const auto dtype = onnx::dtype_of(parts_.head.element_type);
    if (!dtype)
      fail("tensor '", tensor_.name, "' is of ", name_of_element(parts_.head.element_type),
           ", which is not supported");
    dtype_ = *dtype;
    const auto bytes = byte_count(dtype_, parts_.head.shape);
    if (!bytes) fail("tensor '", tensor_.name, "' has a shape beyond all memory: ", parts_.head.shape);
    Tensor decoded = elements(static_cast<std::size_t>(*bytes));
    check_booleans(decoded, origin_.name, origin_.offset_of(tensor_.message));
    return decoded;
  }

  std::vector<std::string_view> texts() { return std::move(parts_.texts); }

 private:
  template <class... Said>
  [[noreturn]] void fail(const Said&... said) const {
    fail_at(origin_.name, origin_.offset_of(tensor_.message), said...);
  }

  Tensor elements(std::size_t bytes) {
    if (parts_.is_external) return from_bytes(load_external(origin_, tensor_.name, parts_.external), bytes);
    if (parts_.raw) {
      auto* data = reinterpret_cast<std::byte*>(const_cast<char*>(parts_.raw->data()));
      return from_bytes({{data, parts_.raw->size()}, origin_.owner}, bytes);
    }
    if (dtype_ == DType::f32) return from_list(parts_.floats);
    if (dtype_ == DType::f64) return from_list(parts_.doubles);
    return from_list(parts_.integers);
  }

  Tensor make() const {
    const auto bytes = byte_count(dtype_, parts_.head.shape);
    origin_.budget->take(static_cast<std::size_t>(*bytes));
    return Tensor::empty(dtype_, parts_.head.shape);
  }

  // The mapping may be written to, and only this process sees it: a tensor can stand on it.
  Tensor from_bytes(const OwnedBytes& data, std::size_t bytes) {
    if (is_packed(parts_.head.element_type)) return unpack(data.bytes);
    if (data.bytes.size() != bytes)
      fail("tensor '", tensor_.name, "' of ", dtype_, " and shape ", parts_.head.shape, " needs ", bytes,
           " bytes, and there are ", data.bytes.size());
    if (bytes == 0) return Tensor::empty(dtype_, parts_.head.shape);
    const bool aligned = reinterpret_cast<std::uintptr_t>(data.bytes.data()) % size_of(dtype_) == 0;
    if (aligned && data.owner) return Tensor::wrap(dtype_, parts_.head.shape, data.bytes.data(), data.owner);
    Tensor copy = make();
    std::memcpy(copy.raw(), data.bytes.data(), bytes);
    release_file_pages(data.bytes);  // they are not read again
    return copy;
  }

  // Two elements a byte, the lower half first.
  Tensor unpack(std::span<const std::byte> packed) {
    const std::int64_t count = element_count(parts_.head.shape);
    if (static_cast<std::uint64_t>(count) / 2 + static_cast<std::uint64_t>(count % 2) != packed.size())
      fail("tensor '", tensor_.name, "' of ", count, " elements of 4 bits has ", packed.size(), " bytes");
    Tensor wide = make();
    auto* to = static_cast<std::uint8_t*>(wide.raw());
    for (std::int64_t i = 0; i < count; ++i)
      to[i] =
          widen((std::to_integer<std::uint8_t>(packed[static_cast<std::size_t>(i / 2)]) >> (i % 2 * 4)) & 15);
    return wide;
  }

  std::uint8_t widen(int half) const {
    return static_cast<std::uint8_t>(dtype_ == DType::i8 && half >= 8 ? half - 16 : half);
  }

  template <class T>
  Tensor from_list(const std::vector<T>& values) {
    if constexpr (std::is_same_v<T, std::int64_t>)
      if (is_packed(parts_.head.element_type)) return unpack_list(values);
    const std::int64_t count = element_count(parts_.head.shape);
    if (static_cast<std::uint64_t>(count) != values.size())
      fail("tensor '", tensor_.name, "' of shape ", parts_.head.shape, " has ", values.size(), " elements");
    Tensor tensor = make();
    with_type(dtype_, [&]<class Element>() {
      auto* to = static_cast<Element*>(tensor.raw());
      for (const T value : values) *to++ = element<Element>(value);
    });
    return tensor;
  }

  Tensor unpack_list(const std::vector<std::int64_t>& values) {
    std::vector<std::byte> bytes;
    bytes.reserve(values.size());
    for (const std::int64_t value : values) bytes.push_back(static_cast<std::byte>(value));
    return unpack(bytes);
  }

  // The 16-bit floats stand among the integers by their bits.
  template <class Element, class T>
  static Element element(T value) {
    if constexpr (std::is_same_v<Element, Half> || std::is_same_v<Element, BFloat16>) {
      Element bits;
      bits.bits = static_cast<std::uint16_t>(value);
      return bits;
    } else if constexpr (std::is_same_v<Element, bool>) {
      return value != 0;
    } else {
      return static_cast<Element>(value);
    }
  }

  const Origin& origin_;
  const TensorDef& tensor_;
  Parts parts_;
  DType dtype_ = DType::f32;
};
}  // namespace

std::optional<DType> dtype_of(std::int32_t type) {
  const ElementName* element = find_element(type);
  return element ? element->dtype : std::nullopt;
}

std::string name_of_element(std::int32_t type) {
  const ElementName* element = find_element(type);
  return element ? std::string(element->name) : cat("element type ", type);
}

TensorHead read_head(const Origin& origin, const TensorDef& tensor) {
  return read_parts(origin, tensor, false).head;
}

Tensor decode_tensor(const Origin& origin, const TensorDef& tensor) {
  return Decoder(origin, tensor).decode();
}

std::vector<std::string_view> decode_texts(const Origin& origin, const TensorDef& tensor) {
  return Decoder(origin, tensor).texts();
}

}  // namespace tenon::onnx
