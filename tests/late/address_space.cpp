#include "late/address_space.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace tenon::late {

namespace {
// What nobody has written yet: a NaN of every float type.
constexpr std::byte kUnwritten{0xff};

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  return (std::max<std::size_t>(bytes, 1) + page - 1) / page * page;
}

std::shared_ptr<std::byte[]> make_storage(std::size_t bytes) {
  constexpr std::align_val_t kAlignment{64};
  auto* const storage =
      static_cast<std::byte*>(::operator new[](std::max<std::size_t>(bytes, 1), kAlignment));
  std::fill_n(storage, bytes, kUnwritten);
  return {storage, [](std::byte* memory) { ::operator delete[](memory, kAlignment); }};
}
}  // namespace

Memory AddressSpace::allocate(std::size_t bytes) {
  const std::size_t pages = whole_pages(bytes);
  void* const address = mmap(nullptr, pages, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(address != MAP_FAILED, "out of addresses: ", bytes, " bytes could not be reserved");
  const std::lock_guard lock(mutex_);
  regions_[static_cast<const std::byte*>(address)] = {bytes, make_storage(bytes)};
  return {address, [space = shared_from_this(), pages](void* memory) { space->free(memory, pages); }};
}

void AddressSpace::free(void* address, std::size_t pages) {
  const std::lock_guard lock(mutex_);
  regions_.erase(static_cast<const std::byte*>(address));
  munmap(address, pages);
}

Span AddressSpace::at(const void* address, std::size_t bytes) const {
  const auto* const wanted = static_cast<const std::byte*>(address);
  const std::lock_guard lock(mutex_);
  auto found = regions_.upper_bound(wanted);
  require(found != regions_.begin(), "an address that is none of the device's was handed to it");
  const auto& [first, region] = *--found;
  const auto offset = static_cast<std::size_t>(wanted - first);
  require(offset <= region.bytes && bytes <= region.bytes - offset, "bytes ", offset, " to ", offset + bytes,
          " were asked for of memory of ", region.bytes);
  return {region.storage, region.storage.get() + offset};
}

}  // namespace tenon::late
