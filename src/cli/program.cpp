#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/team.h"

namespace tenon::cli {

namespace {
int fail_saying(int code, const char* message) {
  std::fprintf(stderr, "tenon: %s\n", message);
  return code;
}
}  // namespace

int execute(const Message& message) {
  if (message.exit_code == kDone)
    print(message.text);
  else
    std::fputs(message.text.c_str(), stderr);
  return message.exit_code;
}

namespace {
// A recipe says for itself how many threads it wants.
template <class Command>
int run_command(const Command& arguments) {
  constexpr bool kTrains = std::is_same_v<Command, TrainArguments>;
  if constexpr (requires { arguments.running; } && !kTrains) {
    const EngineOptions options = engine_options(arguments.running);
    settle_team(options.backend, options.threads);
  }
  return execute(arguments);
}
}  // namespace

int run_program(int count, char** words) {
  try {
    const int code = std::visit([](const auto& arguments) { return run_command(arguments); },
                                parse_arguments(count, words));
    finish_output();
    return code;
  } catch (const Failure& failure) {
    return fail_saying(kFailed, failure.what());
  } catch (const Error& error) {
    return fail_saying(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail_saying(kFailed, "out of memory");
  } catch (const std::exception& error) {
    return fail_saying(kFailed, error.what());
  }
}

}  // namespace tenon::cli
