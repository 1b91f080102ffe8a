// The suite that every backend passes: a test for each op. A backend takes part by
//
//   INSTANTIATE_TEST_SUITE_P(Mine, Conformance, testing::ValuesIn(subjects(make_my_backend)), name_of);
#pragma once

#include <gtest/gtest.h>

#include "backend/backend.h"
#include "conformance/case.h"

namespace tenon::conformance {

struct Subject {
  Op op;
  std::shared_ptr<Backend> (*make)();  // gives null where the machine cannot run the backend
};
void PrintTo(const Subject& subject, std::ostream* out);

std::vector<Subject> subjects(std::shared_ptr<Backend> (*make)());
std::string name_of(const ::testing::TestParamInfo<Subject>& test);

class Conformance : public ::testing::TestWithParam<Subject> {};

}  // namespace tenon::conformance
