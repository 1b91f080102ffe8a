// The training loop.
#pragma once

#include "train/trainer_state.h"

namespace tenon {

FitReport fit(TrainerState& trainer, const Dataset& data, const FitOptions& options);

}  // namespace tenon
