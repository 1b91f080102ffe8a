// Brings a step's inputs to the device: where it reads host memory, by handing over the addresses; else by
// copies on a stream of their own into one of two sets of buffers, so that the next batch travels while a
// step still runs.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "runtime/states.h"

namespace tenon {

struct HostInput {
  const void* data;
  std::size_t bytes;
};

class Feed {
 public:
  Feed(std::shared_ptr<Backend> backend, Stream& compute);

  // Where the step, run next on the compute stream, finds its inputs.
  std::span<void* const> stage(std::span<const HostInput> inputs);
  // After the step was given to the stream. When it returns, the host may change what it staged.
  void launched();

 private:
  struct Buffers {
    std::vector<Memory> memory;
    std::vector<std::size_t> capacity;
    std::shared_ptr<Event> read;  // the step that read them last is over
  };
  void reserve(Buffers& buffers, std::size_t index, std::size_t bytes);

  std::shared_ptr<Backend> backend_;
  Stream& compute_;
  bool direct_;
  std::unique_ptr<Stream> copies_;
  std::array<Buffers, 2> buffers_;
  std::size_t turn_ = 0;
  std::vector<void*> addresses_;
};

}  // namespace tenon
