#include <cstdio>

#include "mean.h"

int main() {
  const auto values = tenon::Tensor::of<float>({4}, {1, 2, 3, 6}).cast(tenon::DType::bf16);
  std::puts(to_string(values).c_str());
  return mean(values) == 3 ? 0 : 1;
}
