#include "backend/cpu/onednn/descriptor.h"

#include <oneapi/dnnl/dnnl_debug.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "backend/cpu/onednn/compat.h"

namespace tenon::onednn {
namespace {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

constexpr std::pair<DType, Type> kTypes[] = {{DType::f32, Type::f32},   {DType::f16, Type::f16},
                                             {DType::bf16, Type::bf16}, {DType::i32, Type::s32},
                                             {DType::i8, Type::s8},     {DType::u8, Type::u8}};

std::optional<Type> type_of(DType dtype) {
  const auto found = std::ranges::find(kTypes, dtype, &std::pair<DType, Type>::first);
  if (found == std::end(kTypes)) return std::nullopt;
  return found->second;
}

std::optional<DType> dtype_of(Type type) {
  const auto found = std::ranges::find(kTypes, type, &std::pair<DType, Type>::second);
  if (found == std::end(kTypes)) return std::nullopt;
  return found->first;
}

// The library's tags by their names, which are ours too.
const std::map<std::string, Tag>& tags() {
  static const auto kTags = [] {
    std::map<std::string, Tag> all;
    for (int i = dnnl_format_tag_any + 1; i < dnnl_format_tag_last; ++i)
      all.emplace(dnnl_fmt_tag2str(static_cast<dnnl_format_tag_t>(i)), static_cast<Tag>(i));
    return all;
  }();
  return kTags;
}

Shape dense_strides(const Shape& dims, const std::vector<std::size_t>& order) {
  Shape strides(dims.size());
  std::int64_t stride = 1;
  for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
    strides[*axis] = stride;
    stride *= dims[*axis];
  }
  return strides;
}

// Axes by falling stride; where two are equal, one has a single element, and that one is the inner.
Layout name_dense(const dnnl::memory::desc& desc) {
  const Shape dims = compat::dims(desc), strides = compat::strides(desc);
  Blocking form;
  form.order.resize(dims.size());
  std::iota(form.order.begin(), form.order.end(), std::size_t{0});
  std::ranges::sort(form.order, {}, [&](std::size_t i) { return std::tuple(-strides[i], -dims[i], i); });
  return layout_of(form);
}

// Several names may fit where axes have a single element; only those of the library's own tags are of use.
Layout name_blocked(const dnnl::memory::desc& desc) {
  const Shape dims = compat::dims(desc);
  std::string blocks;
  for (const auto& [axis, size] : compat::inner_blocks(desc))
    blocks += cat(size, static_cast<char>('a' + axis));
  for (const auto& [name, tag] : tags())
    if (name.size() == dims.size() + blocks.size() && name.ends_with(blocks) &&
        dnnl::memory::desc(dims, compat::data_type(desc), tag, true) == desc)
      return {name};
  return {};
}

Layout name_of(const dnnl::memory::desc& desc) {
  if (!compat::is_blocked(desc)) return {compat::winograd_name(desc).value_or("")};
  return compat::inner_blocks(desc).empty() ? name_dense(desc) : name_blocked(desc);
}

std::optional<dnnl::memory::desc> describe_blocked(const Operand& operand, Type type) {
  const std::optional<Blocking> form = blocking(operand.layout);
  if (!form || form->order.size() != operand.dims.size()) return std::nullopt;
  if (form->inner.empty())
    return dnnl::memory::desc(operand.dims, type, dense_strides(operand.dims, form->order), true);
  const auto tag = tags().find(operand.layout.name);
  if (tag == tags().end()) return std::nullopt;
  return dnnl::memory::desc(operand.dims, type, tag->second, true);
}

}  // namespace

std::optional<dnnl::memory::desc> describe(const Operand& operand) {
  const std::optional<Type> type = type_of(operand.dtype);
  const auto rank = operand.dims.size();
  if (!type || rank == 0 || rank > DNNL_MAX_NDIMS) return std::nullopt;
  if (std::ranges::any_of(operand.dims, [](std::int64_t n) { return n < 1; })) return std::nullopt;
  if (operand.layout.is_any()) return dnnl::memory::desc(operand.dims, *type, Tag::any, true);
  std::optional<dnnl::memory::desc> desc = describe_blocked(operand, *type);
  if (!desc) desc = compat::winograd_desc(operand.layout.name, operand.dims, *type);
  if (desc && desc->is_zero()) return std::nullopt;
  return desc;
}

std::optional<Operand> operand_of(const dnnl::memory::desc& desc) {
  const std::optional<DType> dtype = dtype_of(compat::data_type(desc));
  if (!dtype) return std::nullopt;
  Operand operand{*dtype, compat::dims(desc), name_of(desc)};
  if (operand.layout.is_any() || describe(operand) != desc) return std::nullopt;
  return operand;
}

std::optional<std::size_t> bytes_of(const Operand& operand) {
  if (operand.layout.is_any()) return std::nullopt;
  const auto desc = describe(operand);
  if (!desc) return std::nullopt;
  return desc->get_size();
}

}  // namespace tenon::onednn
