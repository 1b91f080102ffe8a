// An object's function called in this process.
#include <array>
#include <utility>

#include "codegen/object_code.h"
#include "codegen/target.h"
#include "tenon/ahead.h"

namespace tenon {

namespace {
constexpr std::size_t kMostArguments = 64;
using Arguments = std::array<void*, kMostArguments>;

template <std::size_t>
using Address = void*;

// How many arguments there are is not known when this is compiled. By the calling convention that objects
// follow, a function does not notice those that it does not take, and the caller clears them away.
template <std::size_t... I>
void call(void* function, const Arguments& arguments, std::index_sequence<I...>) {
  reinterpret_cast<void (*)(Address<I>...)>(function)(arguments[I]...);
}

const Tensor& argument(const EmittedObject::Array& array, const NamedTensors& inputs) {
  const Tensor* const given = find(inputs, array.name);
  require(given != nullptr, "input '", array.name, "', ", array.type, ", is missing");
  require(Type::of(*given) == array.type, "input '", array.name, "' is ", array.type, " and was given ",
          Type::of(*given));
  return *given;
}
}  // namespace

NamedTensors run_object(const EmittedObject& object, const NamedTensors& inputs) {
  const auto simd = codegen::parse_simd(object.target);
  require(simd && codegen::has(*simd), "this processor does not have what the object is made for, ",
          object.target);
  require(object.inputs.size() + object.outputs.size() < kMostArguments, "an object of ", kMostArguments,
          " inputs and outputs or more can be linked, but is not run here");
  Arguments arguments{};
  std::size_t next = 0;
  for (const auto& array : object.inputs) arguments[next++] = argument(array, inputs).raw();
  NamedTensors outputs;
  for (const auto& [name, type] : object.outputs) {
    outputs.emplace_back(name, Tensor::empty(type.dtype, type.shape()));
    arguments[next++] = outputs.back().second.raw();
  }
  const Tensor scratch = Tensor::empty(DType::u8, {static_cast<std::int64_t>(object.scratch_bytes)});
  arguments[next] = scratch.raw();
  const auto code = codegen::ObjectCode::load(object.object);
  call(code->function(object.function), arguments, std::make_index_sequence<kMostArguments>());
  return outputs;
}

}  // namespace tenon
