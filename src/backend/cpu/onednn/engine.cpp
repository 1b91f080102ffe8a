#include <cstdlib>

#include "backend/cpu/onednn/descriptor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tenon::onednn {
namespace {

// Some virtual machines announce AMX but hide how its tiles are shaped (leaf 1Dh). oneDNN then configures no
// tiles and dies of an illegal instruction.
bool amx_is_crippled() {
#if defined(__x86_64__)
  constexpr unsigned kTileLeaf = 0x1D, kAmxTileBit = 1u << 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & kAmxTileBit)) return false;
  return !__get_cpuid_count(kTileLeaf, 0, &a, &b, &c, &d) || a == 0;
#else
  return false;
#endif
}

bool user_chose_isa() { return std::getenv("DNNL_MAX_CPU_ISA") || std::getenv("ONEDNN_MAX_CPU_ISA"); }

dnnl::engine make_engine() {
  if (amx_is_crippled() && !user_chose_isa()) dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx512_core_bf16);
  return {dnnl::engine::kind::cpu, 0};
}

}  // namespace

std::string library_version() {
  const dnnl_version_t& version = *dnnl_version();
  return cat(version.major, ".", version.minor, ".", version.patch);
}

const dnnl::engine& cpu_engine() {
  static const dnnl::engine kEngine = make_engine();
  return kEngine;
}

bool multiplies_bytes() {
  constexpr auto kVnni = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_vnni);
  cpu_engine();  // decides what the library may use
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kVnni) == kVnni;
}

}  // namespace tenon::onednn
