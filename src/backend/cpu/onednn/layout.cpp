#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {
namespace {

char letter(std::size_t axis, bool blocked) { return static_cast<char>((blocked ? 'A' : 'a') + axis); }

Layout from_order(const std::vector<std::size_t>& order) { return layout_of({order, {}}); }

std::vector<std::size_t> axes(std::size_t rank) {
  std::vector<std::size_t> order(rank);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

bool is_blocked(const Blocking& blocking, std::size_t axis) {
  return std::ranges::any_of(blocking.inner, [&](const auto& block) { return block.axis == axis; });
}

// "16b4a" to blocks; empty where the text is something else.
std::optional<std::vector<Blocking::Block>> parse_blocks(std::string_view text, std::size_t rank) {
  std::vector<Blocking::Block> blocks;
  while (!text.empty()) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc{} || size < 1 || text.empty()) return std::nullopt;
    const std::size_t axis = static_cast<std::size_t>(text.front() - 'a');
    if (axis >= rank) return std::nullopt;
    blocks.push_back({axis, size});
    text.remove_prefix(1);
  }
  return blocks;
}

// The loops that visit a tensor in the order of its memory, outermost first. Those of a single step are left
// out and neighbours over one axis joined, so tensors that lie alike have equal loops.
std::vector<Blocking::Block> loops(const Blocking& form, Shape dims) {
  for (const auto& [axis, size] : form.inner) dims[axis] = (dims[axis] + size - 1) / size;
  std::vector<Blocking::Block> result;
  const auto add = [&](std::size_t axis, std::int64_t size) {
    if (size == 1) return;
    if (!result.empty() && result.back().axis == axis)
      result.back().size *= size;
    else
      result.push_back({axis, size});
  };
  for (const std::size_t axis : form.order) add(axis, dims[axis]);
  for (const auto& [axis, size] : form.inner) add(axis, size);
  return result;
}

bool is_permutation_of_axes(std::vector<std::size_t> order) {
  std::ranges::sort(order);
  return order == axes(order.size());
}

}  // namespace

Layout row_major(std::size_t rank) { return from_order(axes(rank)); }

Layout transposed(std::size_t rank) {
  std::vector<std::size_t> order = axes(rank);
  if (rank >= 2) std::swap(order[rank - 1], order[rank - 2]);
  return from_order(order);
}

Layout channels_last(std::size_t rank) {
  std::vector<std::size_t> order = axes(rank);
  if (rank >= 2) std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return from_order(order);
}

std::optional<Blocking> blocking(const Layout& layout) {
  const std::string_view name = layout.name;
  const auto letters = std::ranges::find_if_not(name, [](unsigned char c) { return std::isalpha(c); });
  const auto rank = static_cast<std::size_t>(letters - name.begin());
  Blocking result;
  for (const char c : name.substr(0, rank))
    result.order.push_back(static_cast<std::size_t>(std::tolower(static_cast<unsigned char>(c)) - 'a'));
  if (rank == 0 || !is_permutation_of_axes(result.order)) return std::nullopt;
  auto blocks = parse_blocks(name.substr(rank), rank);
  if (!blocks) return std::nullopt;
  result.inner = *std::move(blocks);
  if (layout_of(result) != layout) return std::nullopt;  // capitals that do not match the blocks
  return result;
}

Layout layout_of(const Blocking& blocking) {
  Layout layout;
  for (const std::size_t axis : blocking.order) layout.name += letter(axis, is_blocked(blocking, axis));
  for (const auto& [axis, size] : blocking.inner) layout.name += cat(size, letter(axis, false));
  return layout;
}

bool same_memory(const Operand& a, const Operand& b) {
  if (a == b) return true;
  const auto left = blocking(a.layout), right = blocking(b.layout);
  if (!left || !right || a.dtype != b.dtype || a.dims != b.dims) return false;
  const std::size_t rank = a.dims.size();
  return left->order.size() == rank && right->order.size() == rank &&
         loops(*left, a.dims) == loops(*right, b.dims);
}

std::string to_string(const Operand& operand) {
  return cat(operand.dtype, operand.dims, ':', operand.layout);
}

}  // namespace tenon::onednn
