// A compiled oneDNN primitive joined with the memory objects that it runs on.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/cpu/onednn/descriptor.h"
#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

struct Binding {
  int argument;  // DNNL_ARG_…
  dnnl::memory::desc desc;
};

// Reference code gives right results hundreds of times too slowly: better to decline.
inline bool is_worth_running(std::string_view implementation) { return !implementation.starts_with("ref"); }

std::optional<Primitive> join(const dnnl::primitive& primitive, std::string_view implementation,
                              const dnnl::memory::desc& scratch, const std::vector<Binding>& bindings,
                              int threads);

// Compiles what `pd` describes; empty where it describes nothing, or only reference code.
template <class Op>
std::optional<Primitive> compile(const typename Op::primitive_desc& pd, const std::vector<Binding>& bindings,
                                 int threads) {
  return join(Op(pd), pd.impl_info_str(), pd.scratchpad_desc(), bindings, threads);
}

// Runs `make` with the team it is made for. oneDNN says "no" in several ways; all of them become an empty
// result.
template <class Make>
std::optional<Primitive> attempt(int threads, Make&& make) {
  const ThreadCount team(threads);
  try {
    return make();
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

}  // namespace tenon::onednn
