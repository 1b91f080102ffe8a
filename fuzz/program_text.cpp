// The text form of a program: whatever is read prints to a text that reads back to the same program, and that
// the verifiers can look at.
#include "ir/verify.h"
#include "target.h"
#include "tenon/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const tenon::Graph graph = tenon::parse(tenon::text_of(bytes));
    for (const auto verify : {tenon::verify_source, tenon::verify_typed, tenon::verify_lowered})
      tenon::accepts([&] { verify(graph); });
    const std::string text = tenon::print(graph);
    tenon::expect_read_again([&] { return tenon::print(tenon::parse(text)) == text; });
  });
}
