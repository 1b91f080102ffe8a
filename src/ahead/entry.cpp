#include "ahead/entry.h"

#include <map>

#include "ahead/backend.h"
#include "codegen/code_cache.h"
#include "codegen/lower.h"
#include "tenon/ops/movement.h"

namespace tenon::ahead {

namespace {
constexpr std::size_t kAlignment = 64;

// Bytes as they stand, from one place to another.
codegen::Kernel copying(std::size_t bytes, int lanes) {
  Graph body("copy");
  body.output("to", body.input("from", {DType::u8, {static_cast<std::int64_t>(bytes)}}));
  return codegen::lower(body, {"copy", lanes, {}});
}

class Collector {
 public:
  Collector(const Plan& plan, std::span<const Tensor> states, const codegen::Target& target)
      : plan_(plan), states_(states), target_(target) {}

  Code run(std::string name) {
    const std::size_t arguments =
        plan_.inputs.size() + plan_.outputs.size() + (plan_.scratch_bytes > 0 ? 1 : 0);
    code_.entry.name = std::move(name);
    code_.entry.arguments = static_cast<std::uint32_t>(arguments);
    for (const PlannedStep& step : plan_.steps) add(step);
    for (const PlannedCopy& copy : plan_.copies) add(copy);
    return std::move(code_);
  }

 private:
  using Address = codegen::EntryPoint::Place;

  void add(const PlannedStep& planned) {
    const auto& step = static_cast<const KernelStep&>(*planned.step);
    codegen::EntryPoint::Call call{number_of(step.kernel()), {}};
    const std::size_t outside = step.scratch().outside;
    for (std::size_t i = 0; i < outside; ++i) call.buffers.push_back(address_of(planned.places[i]));
    for (const auto& piece : step.scratch().pieces) {
      // Pieces without elements are nowhere.
      Address at = outside < planned.places.size() ? address_of(planned.places[outside]) : Address();
      at.offset += piece.offset;
      call.buffers.push_back(at);
    }
    code_.entry.calls.push_back(std::move(call));
  }

  void add(const PlannedCopy& copy) {
    const std::size_t kernel = number_of(copying(copy.bytes, codegen::lanes_of(target_.simd)));
    code_.entry.calls.push_back({kernel, {address_of(copy.from), address_of(copy.to)}});
  }

  std::size_t number_of(const codegen::Kernel& kernel) {
    const auto [known, is_new] =
        numbers_.emplace(codegen::content_of({&kernel, 1}, target_), code_.kernels.size());
    if (is_new) code_.kernels.push_back(kernel);
    return known->second;
  }

  Address address_of(const Place& place) {
    switch (place.kind) {
      case Place::Kind::input:
        return {place.index, place.offset};
      case Place::Kind::output:
        return {static_cast<std::uint32_t>(plan_.inputs.size()) + place.index, place.offset};
      case Place::Kind::scratch:
        return {code_.entry.arguments - 1, place.offset};
      case Place::Kind::state:
        return constant(states_[place.index]);
      default:
        return constant(plan_.constants[place.index]);
    }
  }

  // Each tensor once, whoever reads it.
  Address constant(const Tensor& tensor) {
    std::vector<std::byte>& all = code_.entry.constants;
    const std::size_t end = (all.size() + kAlignment - 1) / kAlignment * kAlignment;
    const auto [known, is_new] = offsets_.emplace(std::pair(tensor.raw(), tensor.bytes()), end);
    if (is_new) {
      all.resize(end);
      const auto* const bytes = static_cast<const std::byte*>(tensor.raw());
      all.insert(all.end(), bytes, bytes + tensor.bytes());
    }
    return {Address().argument, known->second};
  }

  const Plan& plan_;
  std::span<const Tensor> states_;
  codegen::Target target_;
  Code code_;
  std::map<std::string, std::size_t> numbers_;                          // of kernels, by their content
  std::map<std::pair<const void*, std::size_t>, std::size_t> offsets_;  // of constants, by their bytes here
};
}  // namespace

Code code_of(const Plan& plan, std::span<const Tensor> states, std::string name,
             const codegen::Target& target) {
  return Collector(plan, states, target).run(std::move(name));
}

}  // namespace tenon::ahead
