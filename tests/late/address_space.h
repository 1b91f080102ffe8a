// Device addresses: pages without any access right stand for memory that is elsewhere.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "backend/backend.h"

namespace tenon::late {

// Memory as the device sees it. Recorded work holds it, so it may be freed by the host before that is done.
struct Span {
  std::shared_ptr<std::byte[]> storage;
  std::byte* data = nullptr;
};

class AddressSpace : public std::enable_shared_from_this<AddressSpace> {
 public:
  Memory allocate(std::size_t bytes);
  // Throws where the bytes are not all in one piece of memory that was allocated and not freed.
  Span at(const void* address, std::size_t bytes) const;

 private:
  struct Region {
    std::size_t bytes;
    std::shared_ptr<std::byte[]> storage;
  };
  void free(void* address, std::size_t pages);

  mutable std::mutex mutex_;
  std::map<const std::byte*, Region> regions_;  // by their first address
};

}  // namespace tenon::late
