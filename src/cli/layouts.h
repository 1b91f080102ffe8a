// The axes of raw pictures, guessed from their sizes and changed into those that a model takes.
#pragma once

#include "tenon/nn.h"

namespace tenon::cli {

// What pictures of this type look like; nchw where they look like none.
nn::Layout layout_of(const Type& type);

// The same items with the axes of `input`: channels moved, an axis of one channel added or dropped, or all
// axes but the first made one. As they are where nothing of this makes them fit.
Tensor arranged(const Tensor& items, const Type& input);

// Of one picture in any layout, channels last: [height, width, channels].
Tensor as_picture(const Tensor& item, nn::Layout layout);

}  // namespace tenon::cli
