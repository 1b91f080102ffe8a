#include "base/pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "base/descriptor.h"

namespace tenon {

namespace {
// A page's entry in /proc/self/pagemap.
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kOfFile = std::uint64_t{1} << 61;
constexpr std::size_t kEntries = 512;  // looked at together

bool can_be_had_again(std::uint64_t entry) { return (entry & kPresent) && (entry & kOfFile); }

// Runs of such pages; the first begins at `first`.
void release_runs(std::span<const std::uint64_t> entries, const std::byte* first, std::size_t page) {
  for (auto begin = entries.begin(); begin != entries.end();) {
    begin = std::find_if(begin, entries.end(), can_be_had_again);
    const auto end = std::find_if_not(begin, entries.end(), can_be_had_again);
    if (begin == end) return;
    const std::byte* const address = first + static_cast<std::size_t>(begin - entries.begin()) * page;
    madvise(const_cast<std::byte*>(address), static_cast<std::size_t>(end - begin) * page, MADV_DONTNEED);
    begin = end;
  }
}
}  // namespace

void release_file_pages(Bytes bytes) {
  const Descriptor pagemap("/proc/self/pagemap", O_RDONLY);
  if (!pagemap.valid()) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::size_t last = (address + bytes.size()) / page;
  std::array<std::uint64_t, kEntries> entries{};
  for (std::size_t first = (address + page - 1) / page; first < last; first += kEntries) {
    const std::size_t count = std::min(last - first, kEntries);
    const auto place = static_cast<off_t>(first * sizeof(std::uint64_t));
    const std::size_t wanted = count * sizeof(std::uint64_t);
    if (pread(pagemap.value(), entries.data(), wanted, place) != static_cast<ssize_t>(wanted)) return;
    release_runs(std::span(entries).first(count), bytes.data() + (first * page - address), page);
  }
}

}  // namespace tenon
