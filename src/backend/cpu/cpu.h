// The CPU backend: contractions by oneDNN with what follows them as post-ops, everything else in loops
// compiled for this processor; a small program becomes one compiled function.
#pragma once

#include "backend/backend.h"

namespace tenon {

std::shared_ptr<Backend> make_cpu_backend();

}  // namespace tenon
