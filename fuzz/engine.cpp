#include "base/checksum.h"
#include "engine/content.h"
#include "target.h"

namespace {
// Checksums would keep a fuzzer out of everything behind them: they are made right first.
void mend_checksums(std::span<std::byte> file) {
  constexpr std::size_t kTable = 16;
  constexpr std::size_t kEntry = 32;
  constexpr std::size_t kTableEnd = kTable + tenon::engine::kSections.size() * kEntry;
  if (file.size() < kTableEnd + sizeof(std::uint64_t)) return;
  const auto put = [](std::byte* at, std::uint64_t value) { std::memcpy(at, &value, sizeof value); };
  for (std::size_t at = kTable; at < kTableEnd; at += kEntry) {
    const auto offset = tenon::load<std::uint64_t>(&file[at + 8]);
    const auto bytes = tenon::load<std::uint64_t>(&file[at + 16]);
    if (offset > file.size() || bytes > file.size() - offset) continue;
    put(&file[at + 24], tenon::checksum(file.subspan(offset, bytes)));
  }
  put(&file[kTableEnd], tenon::checksum(file.first(kTableEnd)));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    mend_checksums(*copy);
    const tenon::engine::Content content = tenon::engine::read_content(*copy, "input", copy);
    std::size_t total = 0;
    for (const auto& [name, tensor] : content.weights) total += tensor.clone().bytes();  // touches every byte
    tenon::expect(total <= bytes.size());
  });
}
