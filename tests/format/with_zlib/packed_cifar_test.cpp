#include <gtest/gtest.h>

#include "format/cifar.h"
#include "support/corpus.h"

namespace tenon {
namespace {

TEST(Cifar, ReadsGzip) {
  const NamedTensors packed = read_cifar(corpus("cifar/ten.bin.gz"), Cifar::ten);
  const NamedTensors plain = read_cifar(corpus("cifar/ten.bin"), Cifar::ten);
  EXPECT_TRUE(identical(*find(packed, "x"), *find(plain, "x")));
  EXPECT_TRUE(identical(*find(packed, "y"), *find(plain, "y")));
}

}  // namespace
}  // namespace tenon
