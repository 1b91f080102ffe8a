// OpenMP as in a caller's own parallel region: each region inside gets one thread, however many it asks for.
#pragma once

#include <omp.h>

namespace tenon {

class OneThread {
 public:
  OneThread() { omp_set_max_active_levels(0); }
  ~OneThread() { omp_set_max_active_levels(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_ = omp_get_max_active_levels();
};

}  // namespace tenon
