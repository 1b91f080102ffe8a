// Filters at each point of Winograd's way.
#pragma once

#include "backend/cpu/blocked/winograd.h"

namespace tenon::winograd {

// What sixteen filters from `filter` on have at each point for one channel: sixteen numbers a point.
void transform_filters(const Filters& filters, std::int64_t filter, std::int64_t channel, std::int64_t tile,
                       float* points);

void pack_split(const Filters& filters, const Way& way, void* packed);

}  // namespace tenon::winograd
