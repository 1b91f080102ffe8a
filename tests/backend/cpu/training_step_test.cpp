#include "compile/training_step.h"

#include <gtest/gtest.h>

#include "backend/cpu/cpu.h"

namespace tenon {
namespace {

using testing::compare_step;

TEST(TrainingStep, AsOneFunctionIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {10, 16, 10}, 32, 1);
}
TEST(TrainingStep, ByTheLibraryIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {784, 256, 128, 10}, 64, 1);
}
TEST(TrainingStep, OnTwoThreadsIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {784, 256, 128, 10}, 64, 2);
}
TEST(TrainingStep, OfOneRowIsWhatTheProgramMeans) { compare_step(make_cpu_backend(), {100, 33, 7}, 1, 1); }

}  // namespace
}  // namespace tenon
