// The reference kernels of pooling. They go through the planes of all images and channels, and in each
// through the places of the window.
#pragma once

#include "op/window.h"

namespace tenon {

Window pool_window(const Attrs& attrs);

std::vector<Tensor> max_pool_kernel(const KernelContext& context);
std::vector<Tensor> max_unpool_kernel(const KernelContext& context);
std::vector<Tensor> avg_pool_kernel(const KernelContext& context);
std::vector<Tensor> avg_unpool_kernel(const KernelContext& context);

}  // namespace tenon
