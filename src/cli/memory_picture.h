// The memory between the steps of a session, as a picture: steps from left to right, bytes from below.
#pragma once

#include <string>

#include "tenon/engine.h"

namespace tenon::cli {

std::string memory_svg(const EngineSession& session);

}  // namespace tenon::cli
