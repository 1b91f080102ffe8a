// docs/ops.md is written from the op table: with TENON_WRITE_DOCS=1 in the environment by this test,
// otherwise this test fails where the two differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/files.h"
#include "ir/op_table.h"

namespace tenon {
namespace {

std::string inputs_of(const OpDef& def) {
  if (def.max_inputs < 0) return cat(def.min_inputs, " or more");
  return def.min_inputs == def.max_inputs ? cat(def.min_inputs) : cat(def.min_inputs, " to ", def.max_inputs);
}

std::string value_text(const AttrValue& value) {
  return std::visit(
      []<class T>(const T& held) -> std::string {
        if constexpr (std::is_same_v<T, Tensor>)
          return to_string(held);
        else if constexpr (std::is_same_v<T, std::string>)
          return cat('"', held, '"');
        else
          return cat(held);
      },
      value);
}

std::string attributes_of(const OpDef& def) {
  std::string text;
  for (const AttrSpec& spec : def.attrs) {
    text += cat(text.empty() ? "" : ", ", "`", spec.name);
    if (spec.fallback) text += cat(" = ", value_text(*spec.fallback));
    const bool is_operand = std::ranges::find(def.operands, spec.name) != def.operands.end();
    text += is_operand ? "` (or an input)" : spec.optional ? "` (optional)" : "`";
  }
  return text;
}

std::string gradient_of(const OpDef& def) {
  if (def.gradient) return "a rule";
  return def.decompose ? "by its decomposition" : cat("none: ", def.no_gradient);
}

std::string row_of(const OpDef& def) {
  const std::string kind = def.decompose ? "composite" : "primitive";
  return cat("| `", def.name, "` | ", def.documentation, " | ", inputs_of(def), " | ", attributes_of(def),
             " | ", kind, " | ", gradient_of(def), " |\n");
}

std::string reference() {
  std::string text =
      "# The ops\n\nWritten from the op table by a test (`TENON_WRITE_DOCS=1`); `src/op` has the rows. A "
      "composite is made of "
      "other ops and stays whole until a backend declines it. Elements are computed wide, floats in double "
      "and integers in 64 "
      "bits, and rounded once.\n";
  std::map<std::string, std::string> families;
  for (const Op op : all_ops()) {
    if (static_cast<std::uint16_t>(op) >= kFirstUserOp) continue;
    const OpDef& def = definition(op);
    families[def.family] += row_of(def);
  }
  for (const auto& [family, rows] : families)
    text += cat("\n## ", family,
                "\n\n| op | | inputs | attributes | | gradient |\n|---|---|---|---|---|---|\n", rows);
  return text;
}

TEST(Document, ListsTheOpsAsTheTableHasThem) {
  const std::string path = TENON_SOURCE_DIR "/docs/ops.md";
  if (std::getenv("TENON_WRITE_DOCS")) write_atomically(path, reference());
  EXPECT_EQ(read_text(path), reference()) << "run this test with TENON_WRITE_DOCS=1 and commit docs/ops.md";
}

}  // namespace
}  // namespace tenon
