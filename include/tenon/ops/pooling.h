// Pooling: one number for each position of a window over images [N, C, S…].
#pragma once

#include "tenon/graph.h"

namespace tenon {

struct PoolOptions {  // one entry a spatial axis
  Ints kernel;
  Ints strides = {};    // the kernel where empty
  Ints dilations = {};  // the step between two places of the window; 1 where empty
  Ints pads_low = {};   // 0 where empty
  Ints pads_high = {};
  bool ceil = false;       // a last window that is only partly inside counts too
  bool count_pad = false;  // the average divides by the places in the padding too
};

struct Pooled {
  Value values;
  Value window;  // the place of each window that its value is from; u8, or i32 where a window has more places
};

Pooled max_pool(Value x, const PoolOptions& options);  // the first of equals; NaN where one is NaN
Value avg_pool(Value x, const PoolOptions& options);
// Their gradients: dy put, or spread, where it came from in an image like `like`.
Value max_unpool(Value dy, Value window, Value like, const PoolOptions& options);
Value avg_unpool(Value dy, Value like, const PoolOptions& options);

}  // namespace tenon
