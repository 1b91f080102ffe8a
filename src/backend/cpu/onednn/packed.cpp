#include "backend/cpu/onednn/packed.h"

#include <charconv>

namespace tenon::onednn {

namespace {
constexpr std::string_view kArrow = " > ";

Shape parse_dims(std::string_view text) {
  Shape dims;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    std::int64_t dim = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), dim);
    if (error == std::errc{}) dims.push_back(dim);
    at = error == std::errc{} ? end : at + 1;
  }
  return dims;
}
}  // namespace

std::string tag_of(const PackedForm& form) {
  return cat(form.plain.dims, ':', form.plain.layout, kArrow, form.packed.layout);
}

PackedForm form_of(std::string_view tag, DType dtype) {
  const std::size_t colon = tag.find(':'), arrow = tag.find(kArrow);
  require(colon < arrow && arrow != tag.npos, "'", tag, "' is no layout of weights for oneDNN");
  const Shape dims = parse_dims(tag.substr(0, colon));
  const auto layout = [](std::string_view name) { return Layout{std::string(name)}; };
  return {{dtype, dims, layout(tag.substr(colon + 1, arrow - colon - 1))},
          {dtype, dims, layout(tag.substr(arrow + kArrow.size()))}};
}

}  // namespace tenon::onednn
