// Run once for each vector width: TENON_CPU says which.
#include "backend/cpu/cpu.h"

#include <cstdlib>

#include "codegen/target.h"
#include "conformance/suite.h"

namespace tenon::conformance {

namespace {
std::shared_ptr<Backend> make_cpu() {
  const char* const forced = std::getenv("TENON_CPU");
  const auto simd = forced ? codegen::parse_simd(forced) : std::nullopt;
  return simd && !codegen::has(*simd) ? nullptr : make_cpu_backend();
}
}  // namespace

INSTANTIATE_TEST_SUITE_P(Cpu, Conformance, testing::ValuesIn(subjects(make_cpu)), name_of);

}  // namespace tenon::conformance
