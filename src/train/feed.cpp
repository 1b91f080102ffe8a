#include "train/feed.h"

namespace tenon {

Feed::Feed(std::shared_ptr<Backend> backend, Stream& compute)
    : backend_(std::move(backend)), compute_(compute), direct_(backend_->device().host_addressable) {
  if (!direct_) copies_ = backend_->make_stream({});
}

std::span<void* const> Feed::stage(std::span<const HostInput> inputs) {
  addresses_.resize(inputs.size());
  if (direct_) {
    for (std::size_t i = 0; i < inputs.size(); ++i) addresses_[i] = const_cast<void*>(inputs[i].data);
    return addresses_;
  }
  turn_ = 1 - turn_;
  Buffers& buffers = buffers_[turn_];
  if (buffers.read) backend_->wait(*copies_, *buffers.read);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    reserve(buffers, i, inputs[i].bytes);
    addresses_[i] = buffers.memory[i].get();
    backend_->copy_in(*copies_, addresses_[i], inputs[i].data, inputs[i].bytes);
  }
  backend_->wait(compute_, *backend_->record(*copies_));
  return addresses_;
}

void Feed::launched() {
  if (direct_) return backend_->synchronize(compute_);
  buffers_[turn_].read = backend_->record(compute_);
  backend_->synchronize(*copies_);
}

void Feed::reserve(Buffers& buffers, std::size_t index, std::size_t bytes) {
  if (buffers.memory.size() <= index) {
    buffers.memory.resize(index + 1);
    buffers.capacity.resize(index + 1);
  }
  if (buffers.memory[index] && buffers.capacity[index] >= bytes) return;
  if (buffers.memory[index]) backend_->synchronize(compute_);  // nothing may still read what goes away
  buffers.memory[index] = backend_->allocate(bytes);
  buffers.capacity[index] = bytes;
}

}  // namespace tenon
