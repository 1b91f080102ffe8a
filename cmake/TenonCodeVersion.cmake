# Writes OUT: the version of the code generator, a digest of the sources in FOLDER and of LLVM's version.
file(GLOB_RECURSE sources ${FOLDER}/*)
list(SORT sources)
set(digests "${LLVM}")
foreach(source IN LISTS sources)
  file(SHA256 ${source} digest)
  string(APPEND digests ${digest})
endforeach()
string(SHA256 version "${digests}")
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT [[
#include "codegen/code_cache.h"

namespace tenon::codegen {
const char* const kCodeVersion = "@version@";
}
]])
