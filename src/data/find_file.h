// Files of a data set, which people keep packed or not.
#pragma once

#include <string>
#include <vector>

namespace tenon::data {

// `name` in the folder, or else `name`.gz; fails where neither is there.
std::string plain_or_gzip(const std::string& folder, const std::string& name);
bool has_plain_or_gzip(const std::string& folder, const std::string& name);

// The lines of a text that say something; none where there is no such file.
std::vector<std::string> names_in(const std::string& path);

}  // namespace tenon::data
