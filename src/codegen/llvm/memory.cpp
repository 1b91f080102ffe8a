#include "codegen/llvm/memory.h"

#include <algorithm>
#include <limits>

#include "codegen/llvm/convert.h"

namespace tenon::codegen {

namespace {
constexpr std::int64_t kNoStride = std::numeric_limits<std::int64_t>::max();
constexpr int kMostLoads = 4;  // of the vectors that one is put together from
}  // namespace

struct Memory::Access {
  llvm::Type* element;
  llvm::Align align;
  LlvmValue start;  // where the position is affine: its first element but for the constant part
  const Position& position;
  std::int64_t stride;  // of the vector loop; kNoStride where it is not constant
  int width;            // 1: scalars
  Bundle spread;        // numbers for each lane, where they are not known
};

Memory::Memory(Ir& ir, const Kernel& kernel, Positions& positions, const std::vector<LaneDim>& lanes,
               LlvmValue buffers)
    : ir_(ir), kernel_(kernel), positions_(positions), lanes_(lanes) {
  llvm::Type* const pointer = ir.b().getPtrTy();
  for (Buffer b = 0; b < kernel.buffers.size(); ++b)
    buffers_.push_back(ir.b().CreateLoad(pointer, ir.b().CreateConstInBoundsGEP1_64(pointer, buffers, b)));
}

Memory::Access Memory::access(Buffer buffer, const Position& position) {
  const DType type = kernel_.buffers[buffer].dtype;
  Access access{.element = ir_.in_memory(type),
                .align = llvm::Align(size_of(type)),
                .start = buffers_[buffer],
                .position = position,
                .stride = 0,
                .width = 1,
                .spread = {}};
  const auto vector = positions_.vector_dim();
  if (!position.known()) {
    access.spread = position.spread;
    access.width = Ir::width(access.spread.values[0]);
    return access;
  }
  if (!position.terms.empty())
    access.start = ir_.b().CreateGEP(access.element, access.start, positions_.base(position));
  access.stride = !vector ? 0 : position.pattern.empty() ? position.stride(*vector) : kNoStride;
  if (access.stride != 0) access.width = lanes_[*vector].width;
  return access;
}

Counts Memory::counts(const Position& position, const Bundle* when) const {
  const Counts own = positions_.counts(position);
  return when ? merged(own, when->counts) : own;
}

// Which lanes of a copy count: those of a rest, and where a condition holds. Null: all.
LlvmValue Memory::mask_of(const Copy& copy, const Bundle* when) {
  const auto vector = positions_.vector_dim();
  LlvmValue mask = nullptr;
  if (vector) mask = lanes_[*vector].mask(*vector < copy.size() ? copy[*vector] : 0);
  if (!when) return mask;
  const LlvmValue condition = when->at(copy);
  if (!mask) return condition;
  return ir_.b().CreateAnd(mask, ir_.splat(condition, Ir::width(mask)));
}

Bundle Memory::load(Buffer buffer, const Position& position, const Bundle* when) {
  const Access access = this->access(buffer, position);
  const DType type = kernel_.buffers[buffer].dtype;
  const int width = std::max(access.width, when ? Ir::width(when->values[0]) : 1);
  return bundle(counts(position, when), [&](const Copy& copy) {
    const LlvmValue element = width == 1 ? load_scalar(access, copy, when ? when->at(copy) : nullptr)
                                         : load_vector(access, copy, mask_of(copy, when));
    return from_memory(ir_, type, element);
  });
}

LlvmValue Memory::pointer(const Access& access, const Copy& copy, std::int64_t extra) {
  if (!access.position.known())
    return ir_.b().CreateGEP(access.element, access.start, access.spread.at(copy));
  const std::int64_t offset = positions_.offset(access.position, copy) + extra;
  return offset == 0 ? access.start : ir_.b().CreateGEP(access.element, access.start, ir_.i64(offset));
}

LlvmValue Memory::pointers(const Access& access, const Copy& copy) {
  const int width = lanes_[*positions_.vector_dim()].width;
  if (!access.position.known()) {
    const LlvmValue place = ir_.splat(access.spread.at(copy), width);
    return ir_.b().CreateGEP(access.element, access.start, place);
  }
  std::vector<llvm::Constant*> steps;
  for (int lane = 0; lane < width; ++lane)
    steps.push_back(ir_.i64(positions_.offset(access.position, copy, lane)));
  return ir_.b().CreateGEP(access.element, access.start, llvm::ConstantVector::get(steps));
}

LlvmValue Memory::load_scalar(const Access& access, const Copy& copy, LlvmValue when) {
  LlvmValue place = pointer(access, copy);
  if (when) place = ir_.b().CreateSelect(when, place, spare(false));
  return ir_.b().CreateAlignedLoad(access.element, place, access.align);
}

LlvmValue Memory::load_vector(const Access& access, const Copy& copy, LlvmValue mask) {
  const int width = lanes_[*positions_.vector_dim()].width;
  llvm::Type* const type = Ir::vector(access.element, width);
  if (mask) mask = ir_.splat(mask, width);
  if (access.stride == 1) {
    if (!mask) return ir_.b().CreateAlignedLoad(type, pointer(access, copy), access.align);
    return ir_.b().CreateMaskedLoad(type, pointer(access, copy), access.align, mask,
                                    llvm::Constant::getNullValue(type));
  }
  const bool small = access.stride == -1 || (access.stride > 1 && access.stride <= kMostLoads);
  if (!mask && small) return load_strided(access, copy);
  if (const LlvmValue picked = load_picked(access, copy, mask)) return picked;
  return ir_.b().CreateMaskedGather(type, pointers(access, copy), access.align, mask,
                                    llvm::Constant::getNullValue(type));
}

// From the few vectors in which all lanes find their elements, where there are so few; else null. What no
// lane wants is not read.
LlvmValue Memory::load_picked(const Access& access, const Copy& copy, LlvmValue mask) {
  if (!access.position.known()) return nullptr;
  const int width = lanes_[*positions_.vector_dim()].width;
  std::vector<std::int64_t> places;
  for (int lane = 0; lane < width; ++lane) places.push_back(positions_.offset(access.position, copy, lane));
  const std::int64_t begin = *std::min_element(places.begin(), places.end());
  const std::int64_t span = *std::max_element(places.begin(), places.end()) - begin + 1;
  // Masks cost next to nothing only where the processor has registers for them.
  if (span > std::int64_t{kMostLoads} * width || ir_.simd() != Simd::avx512) return nullptr;
  LlvmValue result = nullptr;
  for (std::int64_t first = begin; first < begin + span; first += width) {
    llvm::Type* const type = Ir::vector(access.element, width);
    const LlvmValue from =
        ir_.b().CreateConstGEP1_64(access.element, access.start, static_cast<std::uint64_t>(first));
    const LlvmValue loaded = ir_.b().CreateMaskedLoad(type, from, access.align, wanted(places, first, mask),
                                                      llvm::Constant::getNullValue(type));
    std::vector<int> picks;
    for (int lane = 0; lane < width; ++lane) {
      const std::int64_t place = places[static_cast<std::size_t>(lane)] - first;
      const bool here = place >= 0 && place < width;
      picks.push_back(here ? static_cast<int>(place) + (result ? width : 0) : result ? lane : -1);
    }
    result = ir_.b().CreateShuffleVector(result ? result : loaded, loaded, picks);
  }
  return result;
}

// Which of the elements from `first` on some lane wants that counts.
LlvmValue Memory::wanted(const std::vector<std::int64_t>& places, std::int64_t first, LlvmValue mask) {
  const auto width = static_cast<int>(places.size());
  llvm::Type* const bits = Ir::vector(ir_.b().getInt1Ty(), width);
  const LlvmValue none = llvm::Constant::getNullValue(bits);
  if (!mask) mask = llvm::Constant::getAllOnesValue(bits);
  LlvmValue result = none;
  // Lanes that share an element take turns.
  std::vector<bool> done(places.size());
  while (true) {
    std::vector<int> picks(places.size(), width);
    bool any = false;
    for (int lane = 0; lane < width; ++lane) {
      const std::int64_t place = places[static_cast<std::size_t>(lane)] - first;
      if (done[static_cast<std::size_t>(lane)] || place < 0 || place >= width ||
          picks[static_cast<std::size_t>(place)] != width)
        continue;
      picks[static_cast<std::size_t>(place)] = lane;
      done[static_cast<std::size_t>(lane)] = any = true;
    }
    if (!any) return result;
    result = ir_.b().CreateOr(result, ir_.b().CreateShuffleVector(mask, none, picks));
  }
}

// From whole vectors of which the last ends with the last element wanted, so that nothing behind it is read.
LlvmValue Memory::load_strided(const Access& access, const Copy& copy) {
  const int width = lanes_[*positions_.vector_dim()].width;
  llvm::Type* const type = Ir::vector(access.element, width);
  const std::int64_t stride = access.stride;
  const std::int64_t span = std::abs(stride) * (width - 1) + 1;
  const std::int64_t first = stride < 0 ? stride * (width - 1) : 0;
  LlvmValue result = nullptr;
  for (std::int64_t part = 0; part < std::abs(stride); ++part) {
    const std::int64_t begin = std::min<std::int64_t>(part * width, span - width);
    const LlvmValue loaded =
        ir_.b().CreateAlignedLoad(type, pointer(access, copy, first + begin), access.align);
    std::vector<int> picks;
    for (int lane = 0; lane < width; ++lane) {
      const std::int64_t place = (stride < 0 ? width - 1 - lane : lane * stride) - begin;
      const bool here = place >= 0 && place < width && (part == 0 || place + begin >= part * width);
      picks.push_back(here ? static_cast<int>(place) + (result ? width : 0) : result ? lane : -1);
    }
    result = ir_.b().CreateShuffleVector(result ? result : loaded, loaded, picks);
  }
  return result;
}

void Memory::store(Buffer buffer, const Position& position, const Bundle& value, const Bundle* when) {
  const Access access = this->access(buffer, position);
  const DType type = kernel_.buffers[buffer].dtype;
  const int width =
      std::max({access.width, Ir::width(value.values[0]), when ? Ir::width(when->values[0]) : 1});
  bundle(merged(counts(position, when), value.counts), [&](const Copy& copy) {
    const LlvmValue element = to_memory(ir_, type, value.at(copy));
    if (width == 1)
      store_scalar(access, copy, element, when ? when->at(copy) : nullptr);
    else
      store_vector(access, copy, element, mask_of(copy, when));
    return element;
  });
}

void Memory::store_scalar(const Access& access, const Copy& copy, LlvmValue value, LlvmValue when) {
  LlvmValue place = pointer(access, copy);
  if (when) place = ir_.b().CreateSelect(when, place, spare(true));
  ir_.b().CreateAlignedStore(value, place, access.align);
}

void Memory::store_vector(const Access& access, const Copy& copy, LlvmValue value, LlvmValue mask) {
  const int width = lanes_[*positions_.vector_dim()].width;
  value = ir_.splat(value, width);
  if (mask) mask = ir_.splat(mask, width);
  if (access.stride != 1) {
    ir_.b().CreateMaskedScatter(value, pointers(access, copy), access.align, mask);
  } else if (mask) {
    ir_.b().CreateMaskedStore(value, pointer(access, copy), access.align, mask);
  } else {
    ir_.b().CreateAlignedStore(value, pointer(access, copy), access.align);
  }
}

LlvmValue Memory::spare(bool writable) {
  llvm::Type* const type = ir_.b().getInt64Ty();
  if (!writable) {
    if (!read_spare_)
      read_spare_ = new llvm::GlobalVariable(ir_.module(), type, true, llvm::GlobalValue::InternalLinkage,
                                             llvm::Constant::getNullValue(type), "zero");
    return read_spare_;
  }
  if (!write_spare_) {
    llvm::BasicBlock& entry = ir_.b().GetInsertBlock()->getParent()->getEntryBlock();
    const llvm::IRBuilder<>::InsertPointGuard guard(ir_.b());
    ir_.b().SetInsertPoint(&entry, entry.begin());
    write_spare_ = ir_.b().CreateAlloca(type);
  }
  return write_spare_;
}

}  // namespace tenon::codegen
