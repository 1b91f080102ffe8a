// Deflate, unpacked as it is read. Needs zlib: a build without it says so when it meets such a file.
#pragma once

#include <memory>
#include <string>

#include "format/source.h"

namespace tenon {

bool is_gzip(Bytes bytes);

// One or several gzip members; their checksums are verified when the end is read.
std::unique_ptr<Source> gzip_source(Bytes packed, std::string name);

// Bare deflate data, as inside a ZIP file.
std::unique_ptr<Source> deflate_source(Bytes packed, std::string name);

}  // namespace tenon
