#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "backend/cpu/onednn/compat.h"
#include "tenon/error.h"

namespace tenon::onednn::compat {

#if DNNL_VERSION_MAJOR >= 3

std::optional<std::string> winograd_name(const dnnl::memory::desc&) { return std::nullopt; }
std::optional<dnnl::memory::desc> winograd_desc(const std::string&, const dnnl::memory::dims&,
                                                dnnl::memory::data_type) {
  return std::nullopt;
}

#else

namespace {

constexpr std::string_view kPrefix = "wino";

// Calls visit with each field of the description, in the order of the name.
template <class Wino, class Visit>
void for_each_field(Wino& wino, Visit&& visit) {
  visit(wino.wino_format);
  visit(wino.r);
  visit(wino.alpha);
  visit(wino.ic);
  visit(wino.oc);
  visit(wino.ic_block);
  visit(wino.oc_block);
  visit(wino.ic2_block);
  visit(wino.oc2_block);
  visit(wino.adj_scale);
  visit(wino.size);
}

template <class T>
std::uint64_t number_of(T field) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<std::uint32_t>(field);
  else
    return static_cast<std::uint64_t>(field);
}

template <class T>
T field_of(std::uint64_t number) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(static_cast<std::uint32_t>(number));
  else
    return static_cast<T>(number);
}

}  // namespace

std::optional<std::string> winograd_name(const dnnl::memory::desc& desc) {
  if (desc.data.format_kind != dnnl_format_kind_wino) return std::nullopt;
  std::string name(kPrefix);
  for_each_field(desc.data.format_desc.wino_desc, [&](auto field) { name += cat('_', number_of(field)); });
  return name;
}

std::optional<dnnl::memory::desc> winograd_desc(const std::string& name, const dnnl::memory::dims& dims,
                                                dnnl::memory::data_type type) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  dnnl::memory::desc desc(dims, type, dnnl::memory::format_tag::any, true);
  if (desc.is_zero()) return std::nullopt;
  desc.data.format_kind = dnnl_format_kind_wino;
  const char* at = name.data() + kPrefix.size();
  const char* const end = name.data() + name.size();
  bool valid = true;
  for_each_field(desc.data.format_desc.wino_desc, [&]<class T>(T& field) {
    std::uint64_t number = 0;
    valid = valid && at != end && *at == '_';
    if (!valid) return;
    const auto [next, error] = std::from_chars(at + 1, end, number);
    valid = error == std::errc{};
    at = next;
    field = field_of<T>(number);
  });
  if (!valid || at != end) return std::nullopt;
  return desc;
}

#endif

}  // namespace tenon::onednn::compat
