// A backend that is as unlike the host as a device can be: its addresses lie in pages that nobody may touch,
// and its streams are threads that come to their work late and out of step with one another. It computes with
// the reference kernels. What runs on it rightly assumes neither host memory nor finished calls.
#pragma once

#include "backend/backend.h"

namespace tenon::late {

std::shared_ptr<Backend> make_late_backend();

}  // namespace tenon::late
