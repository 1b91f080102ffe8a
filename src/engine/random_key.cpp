#include "engine/random_key.h"

namespace tenon::engine {

namespace {
const Type& key_type() {
  static const Type kType{DType::u64, {2}};
  return kType;
}
}  // namespace

bool draws_numbers(const Graph& program) {
  const auto key = program.find_input(kRandomKeyInput);
  return key && program.type(*key) == key_type();
}

NamedTensors with_key(const Graph& program, const NamedTensors& inputs, const RandomKey& key) {
  NamedTensors all = inputs;
  if (draws_numbers(program) && !find(inputs, kRandomKeyInput))
    all.emplace_back(kRandomKeyInput, Tensor::of<std::uint64_t>({2}, {key[0], key[1]}));
  return all;
}

std::map<std::string, Type> with_key_type(const Graph& program, std::map<std::string, Type> types) {
  if (draws_numbers(program)) types.try_emplace(std::string(kRandomKeyInput), key_type());
  return types;
}

}  // namespace tenon::engine
