#include "runtime/bindings.h"

namespace tenon {

Bindings::Bindings(Backend& backend, const std::vector<Slot>& states, const std::vector<Tensor>& constants,
                   States& held) {
  for (const Slot& slot : states) states_.push_back(held.ensure(slot.name, slot.type));
  if (constants.empty()) return;
  const auto stream = backend.make_stream({});
  for (const Tensor& constant : constants) {
    constants_.push_back(backend.allocate(constant.bytes()));
    backend.copy_in(*stream, constants_.back().get(), constant.raw(), constant.bytes());
  }
  backend.synchronize(*stream);
}

}  // namespace tenon
