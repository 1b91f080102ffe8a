// Work that threads share.
#pragma once

namespace tenon::cpu {

// Calls work(0) to work(parts - 1), side by side. Where there are fewer threads (within another team's work,
// or where the environment allows no more) some do several parts.
template <class Work>
void share_work(int parts, const Work& work) {
  if (parts == 1) return work(0);
#pragma omp parallel for num_threads(parts) schedule(static)
  for (int part = 0; part < parts; ++part) work(part);
}

}  // namespace tenon::cpu
