// All of Tenon's public C++.
#pragma once

#include "tenon/ahead.h"
#include "tenon/data.h"
#include "tenon/diff.h"
#include "tenon/engine.h"
#include "tenon/gradient.h"
#include "tenon/graph.h"
#include "tenon/log.h"
#include "tenon/loss.h"
#include "tenon/nn.h"
#include "tenon/onnx.h"
#include "tenon/op.h"
#include "tenon/ops.h"
#include "tenon/optim.h"
#include "tenon/pictures.h"
#include "tenon/tensor.h"
#include "tenon/train.h"
