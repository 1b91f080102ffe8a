#include "late/late_backend.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "conformance/run.h"
#include "conformance/suite.h"
#include "support/message_of.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using late::make_late_backend;

// Asks the system to read the byte: it says no where we would be killed.
bool is_readable(const void* address) {
  std::array<int, 2> ends{};
  require(pipe(ends.data()) == 0, "no pipe could be made");
  const bool readable = write(ends[1], address, 1) == 1;
  EXPECT_TRUE(readable || errno == EFAULT);
  close(ends[0]);
  close(ends[1]);
  return readable;
}

TEST(LateBackend, TheHostCannotTouchItsMemory) {
  const auto backend = make_late_backend();
  const Memory memory = backend->allocate(16);
  EXPECT_FALSE(is_readable(memory.get()));
}

TEST(LateBackend, WorkIsDoneInOrderAndStreamsWaitForEvents) {
  const auto backend = make_late_backend();
  const auto first = backend->make_stream({});
  const auto second = backend->make_stream({});
  const Memory a = backend->allocate(sizeof(int));
  const Memory b = backend->allocate(sizeof(int));
  std::array<int, 200> sent{};
  std::array<int, 200> received{};
  for (std::size_t i = 0; i < sent.size(); ++i) {
    sent[i] = static_cast<int>(i);
    backend->copy_in(*first, a.get(), &sent[i], sizeof(int));
    backend->wait(*second, *backend->record(*first));
    backend->copy(*second, b.get(), a.get(), sizeof(int));
    backend->copy_out(*second, &received[i], b.get(), sizeof(int));
    backend->wait(*first, *backend->record(*second));
  }
  backend->synchronize(*second);
  EXPECT_EQ(received, sent);
}

TEST(LateBackend, MemoryMayBeLetGoBeforeTheWorkOnItIsDone) {
  const auto backend = make_late_backend();
  const auto stream = backend->make_stream({});
  const int sent = 7;
  int received = 0;
  {
    const Memory memory = backend->allocate(sizeof(int));
    backend->copy_in(*stream, memory.get(), &sent, sizeof(int));
    backend->copy_out(*stream, &received, memory.get(), sizeof(int));
  }
  backend->synchronize(*stream);
  EXPECT_EQ(received, 7);
}

TEST(LateBackend, AddressesThatAreNotItsOwnAreRefused) {
  const auto backend = make_late_backend();
  const auto stream = backend->make_stream({});
  const Memory memory = backend->allocate(8);
  int host = 0;
  EXPECT_THROW(backend->copy(*stream, &host, memory.get(), sizeof(int)), Error);
  EXPECT_THROW(backend->copy_in(*stream, static_cast<std::byte*>(memory.get()) + 6, &host, sizeof(int)),
               Error);
}

TEST(LateBackend, WhatAStepThrowsComesOutWhenTheStreamIsWaitedFor) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {3}});
  graph.output("y", gather(x, graph.input("places", {DType::i64, {1}})));
  const std::vector<Tensor> inputs{Tensor::zeros(DType::f32, {3}), Tensor::of<std::int64_t>({1}, {5})};
  const std::string message = message_of([&] { conformance::run_on(make_late_backend(), graph, inputs); });
  EXPECT_NE(message.find("index 5 is out of range"), std::string::npos) << message;
}

}  // namespace

namespace conformance {
INSTANTIATE_TEST_SUITE_P(Late, Conformance, ::testing::ValuesIn(subjects(late::make_late_backend)), name_of);
}  // namespace conformance

}  // namespace tenon
