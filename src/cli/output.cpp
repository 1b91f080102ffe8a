#include "cli/output.h"

#include <algorithm>
#include <cstdio>

#include "cli/commands.h"

namespace tenon::cli {

namespace {
// What a terminal shows of a text: characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

struct Unit {
  double size;
  const char* name;
};

// Three digits that count.
std::string in_units(double value, std::initializer_list<Unit> units) {
  const Unit* unit = std::ranges::find_if(units, [&](const Unit& one) { return value >= one.size; });
  if (unit == units.end()) --unit;
  const double scaled = value / unit->size;
  return cat(fixed(scaled, scaled < 10 ? 2 : scaled < 100 ? 1 : 0), " ", unit->name);
}
}  // namespace

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void print_json(const Json& json) { print(to_pretty_string(json)); }

void finish_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) throw Failure("cannot write to standard output");
}

std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width(row[i]), ' ');
      line += i == 0 ? cat(row[i], gap) : cat("  ", gap, row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string list(const std::vector<Row>& rows) {
  std::size_t widest = 0;
  for (const Row& row : rows) widest = std::max(widest, width(row[0]));
  std::string out;
  for (const Row& row : rows) out += cat(row[0], std::string(widest - width(row[0]) + 2, ' '), row[1], "\n");
  return out;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string in_bytes(std::size_t bytes) {
  if (bytes < 1000) return cat(bytes, " B");
  return in_units(static_cast<double>(bytes), {{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}});
}

std::string in_time(double microseconds) {
  return in_units(microseconds, {{1e6, "s"}, {1e3, "ms"}, {1, "us"}, {1e-3, "ns"}});
}

std::string in_error(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2g", value);
  return text;
}

std::string with_separators(std::int64_t value) {
  std::string text = cat(value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ' ');
  return text;
}

}  // namespace tenon::cli
