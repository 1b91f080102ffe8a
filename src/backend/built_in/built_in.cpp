// The one place that knows every backend that was built in: a new one is a line here.
#include "backend/reference/reference.h"
#ifdef TENON_HAS_CPU_BACKEND
#include "backend/cpu/cpu.h"
#endif

namespace tenon {

std::vector<BuiltInBackend> built_in_backends() {
  return {
#ifdef TENON_HAS_CPU_BACKEND
      {"cpu", make_cpu_backend},
#endif
      {"reference", make_reference_backend},
  };
}

}  // namespace tenon
