#include "cli/picture.h"

#include <algorithm>

namespace tenon::cli {

namespace {
constexpr std::int64_t kColumns = 120;  // of the terminal, as far as they are used
constexpr std::int64_t kGap = 2;

struct Frames {
  const Tensor& items;
  std::int64_t height;
  std::int64_t width;
  double middle;  // what is above it is drawn

  bool lit(std::int64_t item, std::int64_t y, std::int64_t x) const {
    return y < height && items.number((item * height + y) * width + x) > middle;
  }
};

Frames frames_of(const Tensor& items) {
  const bool one_channel = items.rank() == 4 && items.dim(1) == 1;
  require((items.rank() == 3 || one_channel) && items.size() > 0,
          "only pictures of one channel can be shown, not ", items.dtype(), items.shape());
  double low = items.number(0);
  double high = low;
  for (std::int64_t i = 1; i < items.size(); ++i) {
    low = std::min(low, items.number(i));
    high = std::max(high, items.number(i));
  }
  return {items, items.dim(-2), items.dim(-1), (low + high) / 2};
}

// A character is two picture elements, one above the other.
std::string line_of(const Frames& frames, std::int64_t item, std::int64_t y) {
  std::string line;
  for (std::int64_t x = 0; x < frames.width; ++x) {
    const bool upper = frames.lit(item, y, x);
    const bool lower = frames.lit(item, y + 1, x);
    line += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
  }
  return line;
}

std::string padded(const std::string& caption, std::int64_t width) {
  const auto wanted = static_cast<std::size_t>(width);
  return caption.size() < wanted ? caption + std::string(wanted - caption.size(), ' ') : caption;
}

std::string without_end(const std::string& line) { return line.substr(0, line.find_last_not_of(' ') + 1); }
}  // namespace

std::string pictures(const Tensor& items, std::span<const std::string> captions) {
  const Frames frames = frames_of(items);
  const std::int64_t across = std::max<std::int64_t>(1, kColumns / (frames.width + kGap));
  const std::string gap(kGap, ' ');
  std::string out;
  for (std::int64_t first = 0; first < items.dim(0); first += across) {
    const std::int64_t end = std::min(items.dim(0), first + across);
    for (std::int64_t y = 0; y < frames.height; y += 2) {
      std::string line;
      for (std::int64_t item = first; item < end; ++item) line += line_of(frames, item, y) + gap;
      out += without_end(line) + "\n";
    }
    std::string line;
    for (std::int64_t item = first; item < end; ++item)
      line += padded(captions[static_cast<std::size_t>(item)], frames.width) + gap;
    out += without_end(line) + "\n\n";
  }
  return out;
}

}  // namespace tenon::cli
