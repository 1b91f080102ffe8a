#include "backend/reference/reference.h"

#include "conformance/suite.h"

namespace tenon::conformance {

INSTANTIATE_TEST_SUITE_P(Reference, Conformance, testing::ValuesIn(subjects(make_reference_backend)),
                         name_of);

}  // namespace tenon::conformance
