// Work that is cut into parts for as many threads.
#pragma once

#include <omp.h>

namespace tenon::cpu {

// Runs work(0) to work(parts - 1). OpenMP may give fewer threads than there are parts: where the caller is in
// a parallel region of its own, or where the process is allowed no more. Each then takes several, so no part
// may wait for another.
template <class Work>
void run_parts(int parts, const Work& work) {
  if (parts == 1) return work(0);
#pragma omp parallel num_threads(parts)
  for (int part = omp_get_thread_num(); part < parts; part += omp_get_num_threads()) work(part);
}

}  // namespace tenon::cpu
