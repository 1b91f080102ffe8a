// The ops as functions on values: what programs, modules and gradient rules are written with.
#pragma once

#include "tenon/ops/activations.h"
#include "tenon/ops/bodies.h"
#include "tenon/ops/contractions.h"
#include "tenon/ops/elementwise.h"
#include "tenon/ops/indexing.h"
#include "tenon/ops/layers.h"
#include "tenon/ops/losses.h"
#include "tenon/ops/movement.h"
#include "tenon/ops/normalisation.h"
#include "tenon/ops/pooling.h"
#include "tenon/ops/random.h"
#include "tenon/ops/reductions.h"
#include "tenon/ops/selection.h"
#include "tenon/ops/shapes.h"
