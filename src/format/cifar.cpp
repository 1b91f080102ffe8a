#include "format/cifar.h"

#include <array>
#include <cstring>
#include <vector>

#include "base/files.h"
#include "format/source.h"

namespace tenon {

namespace {
constexpr std::size_t kPixelBytes = 3 * 32 * 32;

struct Layout {
  std::size_t labels;          // bytes before the pixels
  std::array<int, 2> classes;  // of each label
  std::size_t record() const { return labels + kPixelBytes; }
};

Layout layout_of(Cifar kind) { return kind == Cifar::ten ? Layout{1, {10, 0}} : Layout{2, {20, 100}}; }

// Unpacked data do not say how long they are.
std::vector<std::byte> read_all(Source& source) {
  constexpr std::size_t kStep = std::size_t{1} << 16;
  std::vector<std::byte> bytes;
  for (;;) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + kStep);
    const std::size_t count = source.read(std::span(bytes).subspan(begin));
    bytes.resize(begin + count);
    if (count < kStep) return bytes;
  }
}

Tensor labels_of(Bytes records, const Layout& layout, std::size_t place, std::string_view name) {
  const std::size_t count = records.size() / layout.record();
  const Tensor labels = Tensor::empty(DType::u8, {static_cast<std::int64_t>(count)});
  const std::span<std::uint8_t> out = labels.as<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * layout.record() + place;
    out[i] = std::to_integer<std::uint8_t>(records[at]);
    require_at(out[i] < layout.classes[place], name, at, "expected a label below ", layout.classes[place],
               ", found ", out[i]);
  }
  return labels;
}

Tensor pixels_of(Bytes records, const Layout& layout) {
  const std::size_t count = records.size() / layout.record();
  const Tensor pixels = Tensor::empty(DType::u8, {static_cast<std::int64_t>(count), 3, 32, 32});
  auto* const out = static_cast<std::byte*>(pixels.raw());
  for (std::size_t i = 0; i < count; ++i)
    std::memcpy(out + i * kPixelBytes, records.data() + i * layout.record() + layout.labels, kPixelBytes);
  return pixels;
}

NamedTensors parse(Bytes records, const Layout& layout, std::string_view name) {
  require(!records.empty() && records.size() % layout.record() == 0, "'", name, "': expected records of ",
          layout.record(), " bytes, but there are ", records.size(),
          " bytes: it is cut off, or no such file of CIFAR");
  NamedTensors columns{{"x", pixels_of(records, layout)},
                       {"y", labels_of(records, layout, layout.labels - 1, name)}};
  if (layout.labels == 2) columns.emplace_back("coarse", labels_of(records, layout, 0, name));
  return columns;
}
}  // namespace

NamedTensors read_cifar(Bytes bytes, std::string_view name, Cifar kind) {
  const auto source = open_source(bytes, name);
  return parse(read_all(*source), layout_of(kind), source->name());
}

NamedTensors read_cifar(const std::string& path, Cifar kind) {
  return read_cifar(MappedFile::open(path)->bytes(), path, kind);
}

}  // namespace tenon
