// Memory that can be had again: pages of mapped files.
#pragma once

#include "base/bytes.h"

namespace tenon {

// Of the whole pages within these bytes, those that hold what a file says are given back to the system:
// whoever reads them again reads the file's again. Pages that were written to, and memory of other kinds,
// stay as they are. Nobody may write to the bytes meanwhile. Where the system does not say what a page is,
// nothing happens.
void release_file_pages(Bytes bytes);

}  // namespace tenon
