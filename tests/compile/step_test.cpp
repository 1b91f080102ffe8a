#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/training_step.h"

namespace tenon {
namespace {

TEST(TrainingStep, OnTheReferenceBackendIsWhatTheProgramMeans) {
  testing::compare_step(make_reference_backend(), {12, 9, 5}, 6, 1);
}

}  // namespace
}  // namespace tenon
