#pragma once

#include "tenon/graph.h"

namespace tenon {}  // namespace tenon
