// What this machine can do at most: multiply-adds from registers, and bytes from each level of memory.
// usage: floor THREADS   (the threads stay on the cores that the process is pinned to)
// Prints one JSON object. Compiled for the machine it runs on; every figure is the best of many tries.
#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

namespace {

#ifdef __AVX512F__
constexpr std::size_t kLanes = 16;
#else
constexpr std::size_t kLanes = 8;
#endif
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

constexpr int kTries = 15;
constexpr double kTrySeconds = 4e-3;
constexpr std::size_t kSmallestSet = 16 << 10;
constexpr std::size_t kLargestSet = 256 << 20;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Keeps the compiler from dropping work whose result nobody reads.
template <class T>
void keep(T& value) {
  asm volatile("" : "+m"(value) : : "memory");
}

// Runs `work(thread, repeats)` on every thread at once; returns the best rate of `amount` a repeat, per
// second.
double best_rate(int threads, double amount, const std::function<void(int, std::int64_t)>& work) {
  auto start = Clock::now();
  work(0, 1);
  auto repeats =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(kTrySeconds / (seconds_since(start) + 1e-9)));
  double best = 0;
  std::barrier line(threads);
  auto run = [&](int thread) {
    for (int i = 0; i < kTries; ++i) {
      line.arrive_and_wait();
      auto begin = Clock::now();
      work(thread, repeats);
      line.arrive_and_wait();
      if (thread == 0)
        best = std::max(best, amount * static_cast<double>(repeats) * threads / seconds_since(begin));
    }
  };
  std::vector<std::jthread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(run, t);
  run(0);
  return best;
}

// Twelve chains of multiply-adds: more than latency times ports of any machine of today, fewer than
// registers.
void multiply_add(std::int64_t repeats) {
  constexpr int kChains = 12;
  Lanes sums[kChains] = {};
  Lanes a = Lanes{} + 0.999f, b = Lanes{} + 1e-3f;
  keep(a);
  keep(b);
  for (std::int64_t i = 0; i < repeats * 1000; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) sums[c] = sums[c] * a + b;
  }
  for (Lanes& sum : sums) keep(sum);
}

double peak_flops(int threads) {
  constexpr double kFlopsPerRepeat = 1000.0 * 12 * kLanes * 2;
  return best_rate(threads, kFlopsPerRepeat, [](int, std::int64_t repeats) { multiply_add(repeats); });
}

using Buffer = std::vector<Lanes>;

void read_all(const Buffer& from) {
  constexpr std::size_t kStreams = 8;
  Lanes sums[kStreams] = {};
  for (std::size_t i = 0; i + kStreams <= from.size(); i += kStreams) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s < kStreams; ++s) sums[s] += from[i + s];
  }
  for (Lanes& sum : sums) keep(sum);
}

double read_bandwidth(int threads, std::size_t bytes) {
  std::size_t each = bytes / static_cast<std::size_t>(threads);
  std::vector<Buffer> buffers(threads, Buffer(each / sizeof(Lanes)));
  return best_rate(threads, static_cast<double>(each), [&](int thread, std::int64_t repeats) {
    for (std::int64_t i = 0; i < repeats; ++i) read_all(buffers[thread]);
  });
}

// The working set is both halves; a copy moves it once in all, half read and half written.
double copy_bandwidth(int threads, std::size_t bytes) {
  std::size_t each = bytes / static_cast<std::size_t>(threads) / 2;
  std::vector<Buffer> from(threads, Buffer(each / sizeof(Lanes))), to = from;
  return best_rate(threads, 2.0 * static_cast<double>(each), [&](int thread, std::int64_t repeats) {
    for (std::int64_t i = 0; i < repeats; ++i) {
      std::copy(from[thread].begin(), from[thread].end(), to[thread].begin());
      keep(to[thread].front());
    }
  });
}

void print_floor(int threads) {
  std::printf("{\"threads\": %d, \"flops\": %.4g, \"bandwidth\": [", threads, peak_flops(threads));
  for (std::size_t bytes = kSmallestSet; bytes <= kLargestSet; bytes *= 2) {
    std::printf("%s\n  {\"bytes\": %zu, \"read\": %.4g, \"copy\": %.4g}", bytes == kSmallestSet ? "" : ",",
                bytes, read_bandwidth(threads, bytes), copy_bandwidth(threads, bytes));
  }
  std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
  int threads = argc == 2 ? std::atoi(argv[1]) : 0;
  if (threads < 1) {
    std::fprintf(stderr, "usage: floor THREADS\n");
    return 2;
  }
  print_floor(threads);
}
