#include "backend/cpu/onednn/binding.h"

#include <omp.h>

#include <cassert>
#include <string>

namespace tenon::onednn {

struct Primitive::Impl {
  dnnl::primitive primitive;
  dnnl::stream stream{cpu_engine()};  // a stream is not for several threads, so each primitive has its own
  std::string implementation;
  std::vector<Operand> operands;
  std::vector<dnnl::memory::desc> descs;
  std::vector<dnnl::memory> memories;  // of the operands, then of the scratch
  std::vector<dnnl_exec_arg_t> arguments;
  std::vector<void*> bound;  // where the memories point now
  std::size_t scratch_bytes = 0;
  int threads = 1;

  void add(int argument, const dnnl::memory::desc& desc) {
    descs.push_back(desc);
    memories.emplace_back(desc, cpu_engine(), static_cast<void*>(nullptr));
    arguments.push_back({argument, memories.back().get()});
    bound.push_back(nullptr);
  }

  // In a plan the addresses hardly ever change, and setting one may zero the padding: so only if needed.
  void point(std::size_t index, void* data) {
    if (bound[index] == data) return;
    memories[index].set_data_handle(data);
    bound[index] = data;
  }
};

Primitive::Primitive(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Primitive Primitive::twin() const {
  auto impl = std::make_unique<Impl>();
  impl->primitive = impl_->primitive;
  impl->implementation = impl_->implementation;
  impl->operands = impl_->operands;
  impl->scratch_bytes = impl_->scratch_bytes;
  impl->threads = impl_->threads;
  for (std::size_t i = 0; i < impl_->descs.size(); ++i) impl->add(impl_->arguments[i].arg, impl_->descs[i]);
  return Primitive(std::move(impl));
}
Primitive::Primitive(Primitive&&) noexcept = default;
Primitive& Primitive::operator=(Primitive&&) noexcept = default;
Primitive::~Primitive() = default;

std::span<const Operand> Primitive::operands() const { return impl_->operands; }
std::size_t Primitive::scratch_bytes() const { return impl_->scratch_bytes; }
std::string_view Primitive::implementation() const { return impl_->implementation; }

void Primitive::run(std::span<void* const> args, void* scratch) {
  Impl& impl = *impl_;
  assert(args.size() == impl.operands.size());
  assert(omp_get_max_threads() == impl.threads);
  for (std::size_t i = 0; i < args.size(); ++i) impl.point(i, args[i]);
  if (impl.scratch_bytes != 0) impl.point(args.size(), scratch);
  const auto status = dnnl_primitive_execute(impl.primitive.get(), impl.stream.get(),
                                             static_cast<int>(impl.arguments.size()), impl.arguments.data());
  require(status == dnnl_success, "oneDNN failed to run ", impl.implementation, " (status ",
          static_cast<int>(status), ")");
}

ThreadCount::ThreadCount(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
ThreadCount::~ThreadCount() { omp_set_num_threads(before_); }

std::optional<Primitive> join(const dnnl::primitive& primitive, std::string_view implementation,
                              const dnnl::memory::desc& scratch, const std::vector<Binding>& bindings,
                              int threads) {
  auto impl = std::make_unique<Primitive::Impl>();
  impl->primitive = primitive;
  impl->implementation = implementation;
  impl->threads = threads;
  impl->scratch_bytes = scratch.get_size();
  for (const auto& [argument, desc] : bindings) {
    std::optional<Operand> operand = operand_of(desc);
    if (!operand) return std::nullopt;
    impl->operands.push_back(*std::move(operand));
    impl->add(argument, desc);
  }
  if (impl->scratch_bytes != 0) impl->add(DNNL_ARG_SCRATCHPAD, scratch);
  return Primitive(std::move(impl));
}

}  // namespace tenon::onednn
