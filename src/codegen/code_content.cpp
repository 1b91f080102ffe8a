#include "codegen/code_cache.h"

namespace tenon::codegen {
namespace {

class Content {
 public:
  template <class... Values>
  void add(const Values&... values) {
    (append_value(text_, values), ...);
  }
  void add(const std::string& text) {
    add(text.size());
    text_ += text;
  }

  void add(const Kernel& kernel) {
    add(kernel.name);
    add(kernel.variables, kernel.buffers.size(), kernel.indices.size(), kernel.scalars.size(),
        kernel.accumulators.size(), kernel.nests.size());
    for (const BufferSpec& b : kernel.buffers) add(b.dtype, b.role, b.elements, b.in_place_of);
    for (const IndexExpr& i : kernel.indices) add(i.kind, i.number, i.variable, i.a, i.b, i.scalar);
    for (const ScalarExpr& s : kernel.scalars) add(s);
    for (const Accumulator& a : kernel.accumulators) add(a.combine, a.type);
    for (const Nest& nest : kernel.nests) {
      add(nest.parallel, nest.grain);
      add(nest.root);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  void add(const ScalarExpr& s) {
    add(s.kind, s.type, s.number, s.integer, s.buffer, s.index, s.when, s.op, s.accumulator, s.args.size());
    for (const Scalar arg : s.args) add(arg);
  }

  void add(const Loop& loop) {
    add(loop.variable, loop.extent, loop.kind, loop.unroll, loop.body.size());
    for (const Statement& s : loop.body) {
      add(s.kind, s.accumulator, s.value, s.index, s.buffer, s.when);
      if (s.loop) add(*s.loop);
    }
  }

  std::string text_;
};

}  // namespace

std::string content_of(std::span<const Kernel> kernels, const Target& target) {
  Content content;
  content.add(std::string(kCodeVersion));
  content.add(target.simd, kernels.size());
  for (const Kernel& kernel : kernels) content.add(kernel);
  return content.take();
}

}  // namespace tenon::codegen
