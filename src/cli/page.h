// What `inspect` knows of a model, as one page for a browser: no scripts, and nothing from elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenon/engine.h"

namespace tenon::cli {

// Texts are as `inspect` prints them; a section whose text is empty is left out.
struct Page {
  std::string title;
  std::string summary;
  std::string layers;  // the precision of each
  std::string tuned;
  std::vector<StepInfo> steps;
  std::string memory;
  std::string memory_picture;                                 // an SVG
  std::vector<std::pair<std::string, std::string>> programs;  // by stage
};

std::string to_html(const Page& page);

// A text as it stands in HTML and SVG, between tags or in the quotes of an attribute.
std::string in_markup(std::string_view text);

}  // namespace tenon::cli
