// Cases on inputs that are strided views: what an op reads lies apart in memory, backwards or across.
#pragma once

#include "conformance/case.h"

namespace tenon::conformance {

// The same with each input a view of a larger one, of one kind after another; `number` says the first.
Case seen_through_views(Case test, std::size_t number);

// To each op's small cases the same through views, a different kind in each.
void add_views(CaseTable& table);

}  // namespace tenon::conformance
