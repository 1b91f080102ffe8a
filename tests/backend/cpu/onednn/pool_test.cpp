#include <algorithm>

#include "support.h"
#include "windows.h"

namespace tenon::onednn {
namespace {

using Method = PoolSpec::Method;
using Pass = PoolSpec::Pass;

constexpr std::int64_t kBatch = 2, kChannels = 19;

PoolSpec spec_of(Method method, Pass pass, const Windows& g, DType dtype, const char* layout) {
  PoolSpec spec{method,
                pass,
                {dtype, {kBatch, kChannels}, {layout}},
                {dtype, {kBatch, kChannels}, {layout}},
                g.kernel,
                g.strides,
                g.dilations,
                g.pad_begin,
                g.pad_end};
  const Shape out = outputs(g);
  spec.x.dims.insert(spec.x.dims.end(), g.size.begin(), g.size.end());
  spec.y.dims.insert(spec.y.dims.end(), out.begin(), out.end());
  return spec;
}

// The positions in a plane of x that a window covers.
std::vector<std::size_t> covered_by(const Windows& g, std::int64_t output) {
  std::vector<std::size_t> covered;
  for (std::int64_t t = 0; t < element_count(g.kernel); ++t)
    if (const auto at = input_position(g, unravel(output, outputs(g)), unravel(t, g.kernel)))
      covered.push_back(*at);
  return covered;
}

double divisor(Method method, const Windows& g, std::size_t covered) {
  return static_cast<double>(method == Method::average ? covered
                                                       : static_cast<std::size_t>(element_count(g.kernel)));
}

struct Pooled {
  Numbers y, dx;
};

// What one plane adds to the results; `dy` is the gradient of y.
void pool_plane(Method method, const Windows& g, const Numbers& x, const Numbers& dy, std::size_t plane,
                Pooled& out) {
  const auto inputs = static_cast<std::size_t>(element_count(g.size));
  const auto results = static_cast<std::size_t>(element_count(outputs(g)));
  for (std::size_t o = 0; o < results; ++o) {
    const auto covered = covered_by(g, static_cast<std::int64_t>(o));
    const std::size_t at = plane * results + o, from = plane * inputs;
    if (method == Method::max) {
      const auto best = *std::ranges::max_element(covered, {}, [&](std::size_t i) { return x[from + i]; });
      out.y[at] = x[from + best];
      out.dx[from + best] += dy[at];
      continue;
    }
    const double count = divisor(method, g, covered.size());
    for (const std::size_t i : covered) {
      out.y[at] += x[from + i] / count;
      out.dx[from + i] += dy[at] / count;
    }
  }
}

Pooled naive(const PoolSpec& spec, const Windows& g, const Numbers& x, const Numbers& dy) {
  Pooled out{Numbers(dy.size()), Numbers(x.size())};
  for (std::size_t plane = 0; plane < kBatch * kChannels; ++plane)
    pool_plane(spec.method, g, x, dy, plane, out);
  return out;
}

void check(Method method, const Windows& g, DType dtype, const char* layout) {
  SCOPED_TRACE(cat(static_cast<int>(method), ' ', dtype, ' ', layout, ' ', g.size));
  const PoolSpec inference = spec_of(method, Pass::inference, g, dtype, layout);
  const Numbers x = random_numbers(inference.x.dims, dtype, 1),
                dy = random_numbers(inference.y.dims, dtype, 2);
  const Pooled expected = naive(inference, g, x, dy);
  const double tolerance = 4 * unit_roundoff(dtype);

  auto pool = make_pool(inference, kThreads);
  ASSERT_TRUE(pool);
  expect_close(run(*pool, {x, Numbers(dy.size())})[1], expected.y, 1, tolerance);

  auto forward = make_pool(spec_of(method, Pass::training, g, dtype, layout), kThreads);
  auto backward = make_pool(spec_of(method, Pass::backward, g, dtype, layout), kThreads);
  ASSERT_TRUE(forward && backward);
  if (method == Method::max) {
    const auto after = run(*forward, {x, Numbers(dy.size()), Numbers(dy.size())});
    expect_close(after[1], expected.y, 1, tolerance);
    EXPECT_EQ(forward->operands()[2], backward->operands()[1]) << "the workspace is handed over as it is";
    expect_close(run(*backward, {dy, after[2], x}).back(), expected.dx, 4, tolerance);
  } else {
    expect_close(run(*forward, {x, Numbers(dy.size())})[1], expected.y, 1, tolerance);
    expect_close(run(*backward, {dy, x}).back(), expected.dx, 4, tolerance);
  }
}

using PoolTest = OneDnn;

TEST_F(PoolTest, EveryMethodAndLayout) {
  const Windows halved{{9, 8}, {2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}};
  for (const Method method : {Method::max, Method::average, Method::average_with_padding})
    for (const char* layout : {"abcd", "acdb", "aBcd16b"}) check(method, halved, DType::f32, layout);
}

TEST_F(PoolTest, OverlappingWindowsWithUnevenPadding) {
  const Windows overlapping{{7, 9}, {3, 3}, {2, 2}, {1, 1}, {1, 0}, {1, 2}};
  for (const Method method : {Method::max, Method::average, Method::average_with_padding})
    for (const char* layout : {"abcd", "aBcd16b"}) check(method, overlapping, DType::f32, layout);
}

TEST_F(PoolTest, OneAndThreeDimensions) {
  check(Method::max, {{10}, {3}, {2}, {1}, {1}, {1}}, DType::f32, "abc");
  check(Method::average, {{10}, {3}, {2}, {1}, {1}, {1}}, DType::f32, "abc");
  check(Method::max, {{4, 5, 6}, {2, 2, 3}, {2, 1, 3}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}}, DType::f32, "abcde");
}

TEST_F(PoolTest, BFloat16) {
  const Windows halved{{8, 8}, {2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}};
  for (const Method method : {Method::max, Method::average}) check(method, halved, DType::bf16, "aBcd16b");
}

TEST_F(PoolTest, WhatCannotBeRunIsDeclined) {
  const Windows halved{{8, 8}, {2, 2}, {2, 2}, {1, 1}, {0, 0}, {0, 0}};
  EXPECT_FALSE(make_pool(spec_of(Method::max, Pass::training, halved, DType::f64, "abcd"), kThreads));
  EXPECT_FALSE(make_pool(spec_of(Method::max, Pass::training, halved, DType::f32, "abc"), kThreads));
  PoolSpec wrong = spec_of(Method::max, Pass::inference, halved, DType::f32, "abcd");
  wrong.y.dims.back() = 5;
  EXPECT_FALSE(make_pool(wrong, kThreads));
}

}  // namespace
}  // namespace tenon::onednn
