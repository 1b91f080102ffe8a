// The C header beside an object.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ahead/with_llvm/linked.h"
#include "support/temporary_folder.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;

std::string header_of(const Graph& program, const ObjectOptions& options = {}) {
  return emit_object(program, {}, {}, options).header;
}

TEST(AheadHeader, SaysAllThatACallerMustKnow) {
  Graph g;
  g.output("scores", exp(g.input("image", {DType::f32, {"N", 3}})));
  EXPECT_EQ(header_of(g, {"tiny", "avx2"}),
            R"(/* tiny, a model compiled ahead of time by Tenon. Generated: do not edit.
 *
 *   in_image    f32[1, 3]
 *   out_scores  f32[1, 3]
 *
 * Elements lie in row-major order. Each array is aligned as its elements are
 * and none overlaps another. The function touches no other memory but its
 * constants and the stack, and calls nothing. Any number of threads may be in it
 * at once, each with outputs of its own.
 *
 * Processor: x86-64 with AVX2, FMA and F16C (x86-64-v3). Calls: System V.
 */
#ifndef TENON_TINY_H
#define TENON_TINY_H

#include <stdint.h>

#define TINY_SCRATCH_BYTES 0 /* so there is no such argument */

#ifdef __cplusplus
extern "C" {
#endif

void tiny_run(const float* in_image, float* out_scores);

#ifdef __cplusplus
}
#endif

#endif
)");
}

TEST(AheadHeader, AsksForScratchWhereItIsNeeded) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {16, 16}});
  g.output("y", matmul(matmul(x, x), x));
  const EmittedObject object = emit_object(g, {});
  EXPECT_GE(object.scratch_bytes, 16u * 16 * 4);
  EXPECT_THAT(object.header, HasSubstr(cat("#define MODEL_SCRATCH_BYTES ", object.scratch_bytes, "\n")));
  EXPECT_THAT(object.header, HasSubstr("void model_run(const float* in_x, float* out_y, void* scratch);"));
}

TEST(AheadHeader, NamesAreIdentifiersAndDiffer) {
  Graph g;
  g.output("*/ evil", g.input("a.b", {DType::f16, {2}}) + g.input("a b", {DType::f16, {2}}));
  EXPECT_THAT(
      header_of(g, {"3d-net"}),
      HasSubstr(
          "void m3d_net_run(const uint16_t* in_a_b, const uint16_t* in_a_b_2, uint16_t* out____evil);"));
}

TEST(AheadHeader, IsCAndCxx) {
  const TemporaryFolder folder;
  Graph g;
  for (const DType dtype : kAllDTypes) g.output(cat("y_", dtype), g.input(cat("x_", dtype), {dtype, {2}}));
  testing::write_files(emit_object(g, {}), folder.path(), "model");
  const std::string flags = " -fsyntax-only -Wall -Wextra -Wpedantic -Werror 2>&1 -include ";
  EXPECT_EQ(testing::output_of(cat(TENON_CC, flags, folder / "model.h", " -std=c99 -x c /dev/null")), "");
  EXPECT_EQ(testing::output_of(
                cat(TENON_CC, flags, folder / "model.h", " -std=c++98 -Wno-long-long -x c++ /dev/null")),
            "");
}

}  // namespace
}  // namespace tenon
