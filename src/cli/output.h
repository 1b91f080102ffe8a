// What commands print: text, tables for people, numbers with units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tenon::cli {

void print(std::string_view text);  // on standard output
void print_json(const Json& json);
void finish_output();  // fails where standard output took no more

using Row = std::vector<std::string>;
// Columns aligned: the first to the left, others to the right. The first row is the heading.
std::string table(const std::vector<Row>& rows);
std::string list(const std::vector<Row>& rows);  // a name and what it is, a line each

std::string fixed(double value, int digits);
std::string in_bytes(std::size_t bytes);          // "1.2 MB"
std::string in_time(double microseconds);         // "3.46 us"
std::string in_error(double value);               // "1.2e-07"
std::string with_separators(std::int64_t value);  // "235 146"

}  // namespace tenon::cli
