// A Trainer on a device that cannot address host memory.
#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "support/delegating_backend.h"
#include "train/problem.h"

namespace tenon {
namespace {

using testing::same_tensors;
using testing::sectors;
using testing::small_net;

// The reference backend behind a border: only what was copied in can be read, and what is copied out is
// counted.
class Remote : public testing::DelegatingBackend {
 public:
  Remote() : DelegatingBackend(make_reference_backend()) {}
  const DeviceInfo& device() const override { return info_; }
  void copy_out(Stream& stream, void* host, const void* device, std::size_t bytes) override {
    ++copies_out;
    DelegatingBackend::copy_out(stream, host, device, bytes);
  }

  int copies_out = 0;

 private:
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
