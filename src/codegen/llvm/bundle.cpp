#include "codegen/llvm/bundle.h"

namespace tenon::codegen {

Copy copy_number(const Counts& counts, int n) {
  Copy copy(counts.size());
  for (std::size_t d = counts.size(); d-- > 0; n /= counts[d]) copy[d] = n % counts[d];
  return copy;
}

int count_of(const Counts& counts) {
  int count = 1;
  for (const int c : counts) count *= c;
  return count;
}

Counts merged(const Counts& a, const Counts& b) {
  Counts result(std::max(a.size(), b.size()), 1);
  for (std::size_t d = 0; d < a.size(); ++d) result[d] = a[d];
  for (std::size_t d = 0; d < b.size(); ++d) result[d] = std::max(result[d], b[d]);
  return result;
}

std::size_t Bundle::place(const Copy& copy) const {
  int place = 0;
  for (std::size_t d = 0; d < counts.size(); ++d) place = place * counts[d] + (counts[d] == 1 ? 0 : copy[d]);
  return static_cast<std::size_t>(place);
}

}  // namespace tenon::codegen
