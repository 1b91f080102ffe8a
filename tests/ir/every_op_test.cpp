// The corpus of the text form's fuzzer: between them its programs hold every op.
#include <gtest/gtest.h>

#include <set>

#include "ir/verify.h"
#include "support/corpus.h"
#include "tenon/graph.h"
#include "tenon/op.h"

namespace tenon {
namespace {

void collect(const Graph& graph, std::set<Op>& ops) {
  for (const Node& node : graph.nodes()) {
    ops.insert(node.op);
    for (const auto& body : node.bodies) collect(*body, ops);
  }
}

// Those of the corpus that are programs: it also keeps what once broke the reader.
std::vector<Graph> programs() {
  std::vector<Graph> graphs;
  for (const std::string& text : corpus_of("program_text"))
    outcome_of([&](const std::string& source) { graphs.push_back(parse(source)); }, text);
  return graphs;
}

TEST(EveryOp, StandsInTheCorpus) {
  std::set<Op> found;
  for (const Graph& graph : programs()) collect(graph, found);
  for (const Op op : all_ops()) {
    const bool users = static_cast<std::uint16_t>(op) >= kFirstUserOp;
    EXPECT_TRUE(users || found.contains(op)) << "no program has " << definition(op).name;
  }
}

TEST(EveryOp, PrintsAndParsesToTheSameText) {
  for (const Graph& graph : programs()) {
    const std::string printed = print(graph);
    EXPECT_EQ(print(parse(printed)), printed);
  }
}

TEST(EveryOp, IsWhatTheVerifierExpects) {
  for (const char* name : {"every_op", "bodies", "literals", "operands", "selection"})
    EXPECT_NO_THROW(verify_source(parse(read_text(corpus(cat("program_text/", name, ".txt")))))) << name;
  EXPECT_NO_THROW(verify_lowered(parse(read_text(corpus("program_text/lowered.txt")))));
}

}  // namespace
}  // namespace tenon
