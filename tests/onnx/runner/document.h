// docs/onnx.md: what stands there behind a mark is written from the results.
#pragma once

#include <map>

#include "onnx/cases.h"

namespace tenon::onnx_cases {

using Reasons = std::map<std::string, std::string>;  // of cases that do not pass, by name

Reasons read_reasons(const std::string& path);
// What is wrong, a line each: cases that fail without a reason, and reasons of cases that pass.
std::vector<std::string> surprises(const std::vector<Result>& results, const Reasons& reasons);
std::string generated_part(const std::vector<Result>& results, const Reasons& reasons);
// Whether the file's generated part is this; written anew where the environment has TENON_WRITE_DOCS.
bool document_says(const std::string& path, const std::string& generated);

}  // namespace tenon::onnx_cases
