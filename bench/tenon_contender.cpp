// Tenon's side of the benchmarks. A case is a row here and a row of the table in driver/cases.py;
// the driver reports Tenon as absent from cases without one.
#include <vector>

#include "contender.h"

int main() {
  const std::vector<tenon::bench::Case> cases;
  return tenon::bench::serve("Tenon " TENON_VERSION, cases);
}
