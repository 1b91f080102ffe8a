#include "format/gzip.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

TEST(GzipAbsent, IsSaid) {
  const std::string packed = read_text(corpus("gzip/text.gz"));
  EXPECT_EQ(message_of([&] { open_source(bytes_of(packed), "x.gz"); }),
            "'x.gz (unpacked)' is compressed, and this build has no zlib: unpack the file first, or build "
            "with zlib");
}

}  // namespace
}  // namespace tenon
