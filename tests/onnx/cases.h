// Test cases as ONNX publishes them: a folder with model.onnx and folders test_data_set_N of inputs and the
// outputs that they should give.
#pragma once

#include <string>
#include <vector>

namespace tenon::onnx_cases {

enum class Outcome { passed, failed, unsupported, out_of_scope };

struct Result {
  std::string name;   // of the folder
  std::string group;  // of the folder above it
  std::string backend;
  Outcome outcome = Outcome::passed;
  std::string why;  // where it did not pass
  std::string op;   // what it tests: the op of its only node, or what its name says
};

// The folders below `root`, at any depth, that hold a model.onnx, by name.
std::vector<std::string> find_cases(const std::string& root);
struct How {
  std::string backend;
  bool exported = false;  // written by Tenon and read again
  std::string write;      // where exported models are to stay, a folder each; none where empty
};
// Whether its inputs and outputs are tensors of numbers or booleans is what makes a case be in scope.
Result run_case(const std::string& folder, const How& how);

std::string to_string(Outcome outcome);
std::string as_line(const Result& result);
std::string as_json(const std::vector<Result>& results);
// How many cases of each op passed, by backend.
std::string as_table(const std::vector<Result>& results);

}  // namespace tenon::onnx_cases
