#include "cli/memory_picture.h"

#include <algorithm>

#include "cli/output.h"
#include "cli/page.h"

namespace tenon::cli {

namespace {
constexpr double kWidth = 1200, kHeight = 600, kMargin = 40;

// Neighbours differ, and the same value has the same colour in every picture.
std::string colour_of(std::size_t number) { return cat("hsl(", number * 137 % 360, ",55%,62%)"); }

std::string rectangle(const MemoryBlock& block, std::size_t number, double step, double byte) {
  const double x = kMargin + static_cast<double>(block.first) * step;
  const double width = static_cast<double>(block.last + 1 - block.first) * step;
  const double height = std::max(static_cast<double>(block.bytes) * byte, 1.0);
  const double y = kMargin + kHeight - static_cast<double>(block.offset) * byte - height;
  return cat("<rect x=\"", fixed(x, 2), "\" y=\"", fixed(y, 2), "\" width=\"", fixed(width, 2),
             "\" height=\"", fixed(height, 2), "\" fill=\"", colour_of(number),
             "\" stroke=\"#fff\" stroke-width=\"0.3\"><title>", in_markup(block.name), ", ",
             in_bytes(block.bytes), ", steps ", block.first, " to ", block.last, "</title></rect>\n");
}
}  // namespace

std::string memory_svg(const EngineSession& session) {
  const std::vector<MemoryBlock> blocks = session.memory();
  std::size_t steps = 1, bytes = 1;
  for (const MemoryBlock& block : blocks) {
    steps = std::max(steps, block.last + 1);
    bytes = std::max(bytes, block.offset + block.bytes);
  }
  std::string svg = cat("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", kWidth + 2 * kMargin, " ",
                        kHeight + 2 * kMargin, "\" font-family=\"sans-serif\" font-size=\"14\">\n<text x=\"",
                        kMargin, "\" y=\"24\">", in_bytes(bytes), " between ", steps,
                        " steps, left to right; bytes from below</text>\n");
  for (std::size_t i = 0; i < blocks.size(); ++i)
    svg += rectangle(blocks[i], i, kWidth / static_cast<double>(steps), kHeight / static_cast<double>(bytes));
  return svg + "</svg>\n";
}

}  // namespace tenon::cli
