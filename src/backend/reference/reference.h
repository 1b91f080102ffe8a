// The reference backend: every node by the kernel that gives its op its meaning. Slow, complete, and the
// judge of the others.
#pragma once

#include "backend/backend.h"

namespace tenon {

std::shared_ptr<Backend> make_reference_backend();

}  // namespace tenon
