#include <omp.h>

#include <thread>

#include "support.h"

namespace tenon::onednn {
namespace {

MatmulSpec square(std::int64_t n) {
  return {plain(DType::f32, {n, n}), plain(DType::f32, {n, n}), plain(DType::f32, {n, n}), {}, {}};
}

TEST(Threads, TheTeamIsRestored) {
  const int before = omp_get_max_threads();
  {
    const ThreadCount team(before + 1);
    EXPECT_EQ(omp_get_max_threads(), before + 1);
  }
  EXPECT_EQ(omp_get_max_threads(), before);
}

TEST(Threads, MakingAPrimitiveLeavesTheTeamAlone) {
  const int before = omp_get_max_threads();
  EXPECT_TRUE(make_matmul(square(8), before + 1));
  EXPECT_EQ(omp_get_max_threads(), before);
}

// An executor's thread runs what another thread made.
TEST(Threads, OneThreadMakesAndAnotherRuns) {
  auto primitive = make_matmul(square(33), kThreads);
  ASSERT_TRUE(primitive);
  Numbers identity(33 * 33);
  for (std::size_t i = 0; i < 33; ++i) identity[i * 34] = 1;
  const Numbers a = random_numbers({33, 33}, DType::f32, 1);
  std::thread([&] {
    const ThreadCount team(kThreads);
    EXPECT_EQ(run(*primitive, {a, identity, a}).back(), a);
  }).join();
}

TEST(Threads, TwoExecutorsAtOnce) {
  const auto work = [](unsigned seed) {
    const ThreadCount team(1);
    auto primitive = make_matmul(square(20), 1);
    Numbers identity(20 * 20);
    for (std::size_t i = 0; i < 20; ++i) identity[i * 21] = 1;
    const Numbers a = random_numbers({20, 20}, DType::f32, seed);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(run(*primitive, {a, identity, a}).back(), a);
  };
  std::thread one(work, 1), two(work, 2);
  one.join();
  two.join();
}

}  // namespace
}  // namespace tenon::onednn
