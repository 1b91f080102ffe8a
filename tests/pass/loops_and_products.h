// A backend for the tests of passes: products and convolutions are steps of their own, all else is loops. It
// runs nothing.
#pragma once

#include "backend/backend.h"

namespace tenon {

class LoopsAndProducts : public Backend {
 public:
  const DeviceInfo& device() const override { return device_; }
  Memory allocate(std::size_t) override { return nullptr; }
  std::unique_ptr<Stream> make_stream(const BackendOptions&) override { return nullptr; }
  void copy_in(Stream&, void*, const void*, std::size_t) override {}
  void copy_out(Stream&, void*, const void*, std::size_t) override {}
  void copy(Stream&, void*, const void*, std::size_t) override {}
  std::shared_ptr<Event> record(Stream&) override { return nullptr; }
  void wait(Stream&, const Event&) override {}
  void synchronize(Stream&) override {}
  Role role(const Graph&, const Node& node) const override {
    const bool product = node.op == Op::matmul || node.op == Op::conv || node.op == Op::conv_filter;
    return product ? Role::contraction : Role::loops;
  }
  bool absorbs(const Graph&, const Node&, std::span<const std::uint32_t>, const Node&,
               const BackendOptions&) const override {
    return false;
  }
  bool whole_as_loops(const Graph&) const override { return false; }
  std::vector<std::unique_ptr<Step>> compile(const Graph&, const BackendOptions&) override { return {}; }

 private:
  DeviceInfo device_;
};

}  // namespace tenon
