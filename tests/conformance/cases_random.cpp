// Random numbers: a function of the key, the same to the bit on every backend; normals within ulps.
#include "conformance/writing.h"

namespace tenon::conformance {

namespace {
Input key() { return integers({2}, 0, 1e15, DType::u64); }

void add(CaseTable& table, Op op, Attrs attrs, DType dtype, Bound bound) {
  attrs.set("dtype", dtype);
  for (const Shape& shape : {Shape{67}, Shape{3, 1, 5}, Shape{}, Shape{0}, Shape{3, 30011}}) {
    Attrs full = attrs;
    full.set("shape", shape);
    full.set("stream", static_cast<std::int64_t>(shape.size()));
    table[op].push_back(
        {cat(definition(op).name, " ", shape, " of ", dtype), {key()}, emitted(op, full), bound});
    table[op].back().large = element_count(shape) > 1000;
  }
}
}  // namespace

void add_random(CaseTable& table) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16}) {
    add(table, Op::random_uniform, {}, dtype, {});
    add(table, Op::random_normal, {}, dtype, near(8));
  }
  for (const DType dtype : kAllDTypes) add(table, Op::random_bernoulli, {{"p", 0.3}}, dtype, {});
  for (const Shape& shape : {Shape{5, 7}, Shape{}, Shape{0, 2}, Shape{3, 30011}}) {
    table[Op::dropout].push_back({cat("dropout of ", shape),
                                  {of(shape), key()},
                                  emitted(Op::dropout, {{"rate", 0.3}, {"stream", std::int64_t{5}}}),
                                  near(2)});
    table[Op::dropout].back().large = element_count(shape) > 1000;
  }
}

}  // namespace tenon::conformance
