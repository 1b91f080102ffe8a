// The text form of a program: whatever is read prints to a text that reads back to the same program, and that
// the verifiers can look at.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ir/verify.h"
#include "tenon/graph.h"

namespace {
void verify_without_harm(const tenon::Graph& graph) {
  for (const auto verify : {tenon::verify_source, tenon::verify_typed, tenon::verify_lowered}) try {
      verify(graph);
    } catch (const tenon::Error&) {
    }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const tenon::Graph graph = tenon::parse({reinterpret_cast<const char*>(data), size});
    verify_without_harm(graph);
    const std::string text = tenon::print(graph);
    if (tenon::print(tenon::parse(text)) != text) std::abort();
  } catch (const tenon::Error&) {
  }
  return 0;
}
