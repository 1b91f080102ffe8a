// A Trainer on a device that cannot address host memory, and what a step allocates.
#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "train/problem.h"

namespace tenon {
namespace {

using testing::same_tensors;
using testing::sectors;
using testing::small_net;

// The reference backend behind a border: only what was copied in can be read, and what is copied out is
// counted.
class Remote : public Backend {
 public:
  const DeviceInfo& device() const override { return info_; }
  Memory allocate(std::size_t bytes) override { return inner_->allocate(bytes); }
  std::unique_ptr<Stream> make_stream(const BackendOptions& options) override {
    return inner_->make_stream(options);
  }
  void copy_in(Stream& stream, void* device, const void* host, std::size_t bytes) override {
    inner_->copy_in(stream, device, host, bytes);
  }
  void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) override {
    ++copies_out;
    inner_->copy_out(stream, host, device, bytes);
  }
  void copy(Stream& stream, void* to, const void* from, std::size_t bytes) override {
    inner_->copy(stream, to, from, bytes);
  }
  std::shared_ptr<Event> record(Stream& stream) override { return inner_->record(stream); }
  void wait(Stream& stream, const Event& event) override { inner_->wait(stream, event); }
  void synchronize(Stream& stream) override { inner_->synchronize(stream); }
  Role role(const Graph& graph, const Node& node) const override { return inner_->role(graph, node); }
  bool absorbs(const Graph&, const Node&, std::span<const std::uint32_t>, const Node&) const override {
    return false;
  }
  bool whole_as_loops(const Graph&) const override { return false; }
  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) override {
    return inner_->compile(lowered, options);
  }

  int copies_out = 0;

 private:
  std::shared_ptr<Backend> inner_ = make_reference_backend();
  DeviceInfo info_{"remote", "the reference backend behind a border", false, 0, 1};
};

Remote& remote() {
  register_backend("remote", [] { return std::shared_ptr<Backend>(std::make_shared<Remote>()); });
  return static_cast<Remote&>(*find_backend("remote"));
}

Trainer trainer_on(const std::string& backend) {
  return {small_net(), optim::Adam{.lr = 0.02}, loss::cross_entropy, {.backend = backend}};
}

FitOptions two_epochs() { return {.epochs = 2, .batch = 16, .progress = Progress::quiet}; }

TEST(ADeviceOfItsOwn, TrainsToTheSameBits) {
  remote();
  const Dataset data = sectors(72);
  Trainer there = trainer_on("remote");
  Trainer here = trainer_on("reference");
  there.fit(data, two_epochs());
  here.fit(data, two_epochs());
  EXPECT_TRUE(same_tensors(there.weights(), here.weights()));
  EXPECT_EQ(there.evaluate(data).loss, here.evaluate(data).loss);
  EXPECT_TRUE(identical(there.predict(data.column("x")), here.predict(data.column("x"))));
}

TEST(ADeviceOfItsOwn, IsReadFromOnceAnEpochAndNotEachStep) {
  Remote& device = remote();
  Trainer trainer = trainer_on("remote");
  const Dataset few = sectors(32);
  trainer.fit(few, two_epochs());
  const int before = device.copies_out;
  trainer.fit(few, two_epochs());
  const int of_few = device.copies_out - before;
  trainer.fit(sectors(320), two_epochs());
  EXPECT_EQ(device.copies_out - before - of_few, of_few);
}

}  // namespace
}  // namespace tenon
