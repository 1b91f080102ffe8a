// Which layers are worth their error.
#pragma once

#include <functional>
#include <vector>

namespace tenon::engine {

struct Candidate {
  double gain = 0;   // microseconds; none where it is not above 0
  double error = 0;  // that it makes alone
};

// Takes the best gain for the error first, and leaves out what brings the drop of all that are taken above
// `max_drop`. `drop_of` measures a choice; it is asked first whether all may be taken.
std::vector<bool> choose_layers(const std::vector<Candidate>& candidates, double max_drop,
                                const std::function<double(const std::vector<bool>&)>& drop_of);

}  // namespace tenon::engine
