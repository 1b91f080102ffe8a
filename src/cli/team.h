// How the threads of a command wait for each other.
#pragma once

#include <string_view>

namespace tenon::cli {

// Where a command computes with one thread a processor, they are bound, and wait for each other by spinning
// for 0.2 ms rather than some milliseconds: beside other programs that is several times faster, and alone
// nothing is lost. OpenMP takes this from the environment when it is loaded, which is before `main`; so the
// program starts itself once more. Does nothing where the user has set anything of the kind, nor with fewer
// threads: bound ones would crowd the same processors as those of another process.
void settle_team(std::string_view backend, int threads);

}  // namespace tenon::cli
