#include "pass/prepare.h"

#include "backend/host.h"
#include "pass/expect.h"
#include "pass/pack.h"

namespace tenon {
namespace {

// Names without the digest that tells computations apart.
std::string readable(const Graph& graph) {
  constexpr std::size_t kDigest = 17;  // a slash and its digits
  std::string text = print(graph);
  for (std::size_t end = text.find('"', kDigest); end != text.npos; end = text.find('"', end + 1)) {
    const std::size_t begin = end - kDigest;
    if (text[begin] != '/' || text.find_first_not_of("0123456789abcdef", begin + 1) != end) continue;
    text.erase(begin, kDigest);
    end = begin;
  }
  return text;
}

void expect_programs(const PreparedProgram& program, std::string_view prepare, std::string_view main) {
  EXPECT_EQ(readable(program.prepare), print(parse(prepare)));
  EXPECT_EQ(readable(program.main), print(parse(main)));
}

TEST(PrepareWeights, TakesOutWhatDependsOnWeightsAlone) {
  expect_programs(prepare_weights(parse(R"(graph g(x: f32[2, 3]) {
    %1 = state "v" : f32[3]
    %2 = rsqrt(%1)
    %3 = broadcast_to(%2) {shape = [2, 3]}
    %4 = mul(%x, %3)
    return y = %4 })")),
                  R"(graph prepare() {
    %0 = state "v" : f32[3]
    %1 = rsqrt(%0)
    %2 = state "prepared/rsqrt/v" : f32[3]
    update "prepared/rsqrt/v" = %1 })",
                  R"(graph g(x: f32[2, 3]) {
    %1 = state "prepared/rsqrt/v" : f32[3]
    %2 = broadcast_to(%1) {shape = [2, 3]}
    %3 = mul(%x, %2)
    return y = %3 })");
}

TEST(PrepareWeights, KeepsWeightsThatAreReadAsTheyAre) {
  expect_programs(prepare_weights(parse(R"(graph g(x: f32[3]) {
    %1 = state "v" : f32[3]
    %2 = exp(%1)
    %3 = mul(%x, %2)
    %4 = add(%3, %1)
    return y = %4 })")),
                  R"(graph prepare() {
    %0 = state "v" : f32[3]
    %1 = exp(%0)
    %2 = state "prepared/exp/v" : f32[3]
    update "prepared/exp/v" = %1 })",
                  R"(graph g(x: f32[3]) {
    %1 = state "v" : f32[3]
    %2 = state "prepared/exp/v" : f32[3]
    %3 = mul(%x, %2)
    %4 = add(%3, %1)
    return y = %4 })");
}

TEST(PrepareWeights, LeavesWhatTheProgramUpdates) {
  constexpr std::string_view kCounts = R"(graph g(x: f32[]) {
    %1 = state "count" : f32[]
    %2 = neg(%1)
    %3 = add(%2, %x)
    update "count" = %3 })";
  expect_programs(prepare_weights(parse(kCounts)), "graph prepare() { }", kCounts);
}

TEST(PrepareWeights, LeavesWhatIsLargerThanItsWeights) {
  constexpr std::string_view kWidens = R"(graph g(x: f64[3]) {
    %1 = state "v" : f32[3]
    %2 = cast(%1) {dtype = f64}
    %3 = mul(%x, %2)
    return y = %3 })";
  expect_programs(prepare_weights(parse(kWidens)), "graph prepare() { }", kWidens);
}

TEST(PrepareWeights, LeavesRandomNumbers) {
  constexpr std::string_view kDraws = R"(graph g() {
    %0 = state "key" : u64[2]
    %1 = random_uniform(%0) {shape = [2], stream = 1}
    return y = %1 })";
  expect_programs(prepare_weights(parse(kDraws)), "graph prepare() { }", kDraws);
}

TEST(PrepareWeights, NamesTheSameValueAlikeInProgramsForOtherShapes) {
  const auto prepared_for = [](const char* shape) {
    return print(prepare_weights(parse(cat("graph g(x: f32[", shape, R"(]) {
    %1 = state "v" : f32[3]
    %2 = exp(%1)
    %3 = broadcast_to(%2) {shape = [)",
                                           shape, R"(]}
    %4 = mul(%x, %3)
    return y = %4 })")))
                     .prepare);
  };
  EXPECT_EQ(prepared_for("2, 3"), prepared_for("7, 3"));
}

// Packs the second input of a matrix product into bytes.
class PackingBackend : public HostBackend {
 public:
  const DeviceInfo& device() const override { return info_; }
  Role role(const Graph&, const Node&) const override { return Role::opaque; }
  bool absorbs(const Graph&, const Node&, std::span<const std::uint32_t>, const Node&,
               const BackendOptions&) const override {
    return false;
  }
  bool whole_as_loops(const Graph&) const override { return false; }
  std::vector<std::unique_ptr<Step>> compile(const Graph&, const BackendOptions&) override { return {}; }
  std::optional<Packing> packing(const Graph&, const Node& node, std::size_t input,
                                 const BackendOptions&) const override {
    return node.op == Op::matmul && input == 1 ? std::optional(Packing{"panels", 64}) : std::nullopt;
  }

 private:
  DeviceInfo info_;
};

PreparedProgram packed(const Graph& typed) {
  const PreparedProgram program = prepare_weights(typed);
  return pack_weights(program.prepare, program.main, PackingBackend(), {});
}

TEST(PackWeights, GivesContractionsBytes) {
  expect_programs(packed(parse(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = matmul(%x, %1)
    return y = %2 })")),
                  R"(graph prepare() {
    %0 = state "w" : f32[3, 4]
    %1 = relayout(%0) {layout = "panels", dtype = u8, shape = [64]}
    %2 = state "prepared/relayout/w" : u8[64]
    update "prepared/relayout/w" = %1 })",
                  R"(graph g(x: f32[2, 3]) {
    %1 = state "prepared/relayout/w" : u8[64]
    %2 = fused(%x, %1) {kind = "contraction"} {
      graph body(i0: f32[2, 3], i1: u8[64]) {
        %2 = relayout(%i1) {layout = "panels", dtype = f32, shape = [3, 4]}
        %3 = matmul(%i0, %2)
        return o0 = %3 } }
    return y = %2 })");
}

TEST(PackWeights, PacksWhatWasComputedFromWeights) {
  expect_programs(packed(parse(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = exp(%1)
    %3 = matmul(%x, %2)
    return y = %3 })")),
                  R"(graph prepare() {
    %0 = state "w" : f32[3, 4]
    %1 = exp(%0)
    %2 = relayout(%1) {layout = "panels", dtype = u8, shape = [64]}
    %3 = state "prepared/exp/w" : f32[3, 4]
    %4 = state "prepared/relayout/w" : u8[64]
    update "prepared/exp/w" = %1
    update "prepared/relayout/w" = %2 })",
                  R"(graph g(x: f32[2, 3]) {
    %1 = state "prepared/relayout/w" : u8[64]
    %2 = fused(%x, %1) {kind = "contraction"} {
      graph body(i0: f32[2, 3], i1: u8[64]) {
        %2 = relayout(%i1) {layout = "panels", dtype = f32, shape = [3, 4]}
        %3 = matmul(%i0, %2)
        return o0 = %3 } }
    return y = %2 })");
}

TEST(PackWeights, PacksNothingThatAnUpdateChanges) {
  constexpr std::string_view kTrains = R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 3]
    %2 = matmul(%x, %1)
    %3 = neg(%1)
    update "w" = %3
    return y = %2 })";
  const Graph typed = parse(kTrains);
  EXPECT_EQ(print(packed(typed).main), print(typed));
}

}  // namespace
}  // namespace tenon
