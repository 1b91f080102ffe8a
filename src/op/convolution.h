// The reference kernels of the three convolution ops, as products of matrices over `columns`: the input laid
// out as one column for each position of the window.
#pragma once

#include "op/support.h"

namespace tenon {

// Which of x [N, C, S…], w [K, C/groups, k…] and y [N, K, O…] is the result. The other two are the inputs: x
// and w, y and w, or x and y.
enum class ConvolutionRole { results, images, filters };

std::vector<Tensor> run_convolution(const KernelContext& context, ConvolutionRole role);

void define_convolution(OpTable& table);

}  // namespace tenon
