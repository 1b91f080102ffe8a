#include "backend/cpu/onednn/arranged.h"

#include <array>

namespace tenon::onednn {

std::size_t Arranged::reserve(std::size_t bytes) {
  const std::size_t offset = scratch_bytes_;
  scratch_bytes_ += (bytes + 63) / 64 * 64;
  return offset;
}

std::optional<Arranged> Arranged::make(Primitive primitive, std::span<const Operand> given, int threads) {
  Arranged arranged(std::move(primitive));
  const auto wanted = arranged.primitive_.operands();
  if (wanted.size() != given.size()) return std::nullopt;
  arranged.arguments_.resize(given.size());
  arranged.own_offset_ = arranged.reserve(arranged.primitive_.scratch_bytes());
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (wanted[i].layout == given[i].layout) continue;
    const bool is_result = i + 1 == given.size();
    const Operand& from = is_result ? wanted[i] : given[i];
    const Operand& to = is_result ? given[i] : wanted[i];
    const auto bytes = bytes_of(wanted[i]);
    auto reorder = make_reorder(from, to, threads);
    if (!reorder || !bytes) return std::nullopt;
    const std::size_t own = arranged.reserve(reorder->scratch_bytes());
    Reorder made{i, std::move(*reorder), arranged.reserve(*bytes), own};
    if (is_result)
      arranged.after_.emplace(std::move(made));
    else
      arranged.before_.push_back(std::move(made));
  }
  return arranged;
}

std::string Arranged::describe() const {
  const std::size_t reorders = before_.size() + (after_ ? 1 : 0);
  return cat("oneDNN ", primitive_.implementation(),
             reorders ? cat(", ", reorders, reorders == 1 ? " reorder" : " reorders") : "");
}

std::optional<Operand> Arranged::rearranged(std::size_t argument) const {
  for (const Reorder& reorder : before_)
    if (reorder.argument == argument) return reorder.primitive.operands().back();
  return std::nullopt;
}

Arranged Arranged::twin() const {
  const auto again = [](const Reorder& reorder) {
    return Reorder{reorder.argument, reorder.primitive.twin(), reorder.offset, reorder.scratch_offset};
  };
  Arranged other(primitive_.twin());
  for (const Reorder& reorder : before_) other.before_.push_back(again(reorder));
  if (after_) other.after_.emplace(again(*after_));
  other.arguments_.resize(arguments_.size());
  other.scratch_bytes_ = scratch_bytes_;
  other.own_offset_ = own_offset_;
  return other;
}

void Arranged::run(std::span<void* const> args, void* scratch) {
  const auto at = [&](std::size_t offset) {
    return static_cast<void*>(static_cast<std::byte*>(scratch) + offset);
  };
  std::copy(args.begin(), args.end(), arguments_.begin());
  for (Reorder& reorder : before_) {
    arguments_[reorder.argument] = at(reorder.offset);
    reorder.primitive.run(std::array{args[reorder.argument], arguments_[reorder.argument]},
                          at(reorder.scratch_offset));
  }
  if (after_) arguments_[after_->argument] = at(after_->offset);
  primitive_.run(arguments_, scratch_bytes_ ? at(own_offset_) : nullptr);
  if (after_)
    after_->primitive.run(std::array{arguments_[after_->argument], args[after_->argument]},
                          at(after_->scratch_offset));
}

}  // namespace tenon::onednn
