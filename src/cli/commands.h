// The commands of the program, each a file of its own. What one returns is the program's exit code.
#pragma once

#include <string_view>

#include "cli/arguments.h"

namespace tenon::cli {

inline constexpr std::string_view kVersion = TENON_VERSION;

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;    // what was asked for could not be done
inline constexpr int kBadInput = 2;  // a file, a value or the command line is wrong
inline constexpr int kInterrupted = 130;

// An error that is not the input's fault.
class Failure : public Error {
 public:
  using Error::Error;
};

// Errors of `action` are failures: its input was read and found right.
template <class Action>
decltype(auto) work(Action&& action) {
  try {
    return action();
  } catch (const Error& error) {
    throw Failure(error.what());
  }
}

int execute(const TrainArguments& arguments);
int execute(const EvalArguments& arguments);
int execute(const BuildArguments& arguments);
int execute(const ExportArguments& arguments);
int execute(const DiffArguments& arguments);
int execute(const RunArguments& arguments);
int execute(const BenchArguments& arguments);
int execute(const InspectArguments& arguments);
int execute(const DoctorArguments& arguments);
int execute(const CompletionArguments& arguments);
int execute(const Message& message);

int run_program(int count, char** words);

}  // namespace tenon::cli
