// Holds a tree of sources to the table: reads the #include lines and says which of them the table forbids.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tenon::arrows {

using Tree = std::map<std::string, std::string>;  // path below the repository's root to text

Tree read_tree(const std::filesystem::path& root);  // the C++ and CUDA files of src/ and include/

// One line for each include that is not allowed and for each cycle of includes; none where all is well.
std::vector<std::string> violations(const Tree& tree);

using Arrows = std::map<std::string, std::vector<std::string>>;
std::vector<std::string> find_cycle(
    const Arrows& arrows);  // first and last are the same; empty: there is none

}  // namespace tenon::arrows
