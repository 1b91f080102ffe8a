// Runs the program as people do.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/files.h"
#include "support/temporary_folder.h"

namespace tenon::testing {

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string in_shell_quotes(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

inline Ran run_tenon(const std::vector<std::string>& words, const std::string& folder = "/") {
  const TemporaryFolder streams;
  std::string command = "cd " + in_shell_quotes(folder) + " && exec " + in_shell_quotes(TENON_PROGRAM_PATH);
  for (const std::string& word : words) command += " " + in_shell_quotes(word);
  command +=
      " >" + in_shell_quotes(streams / "out") + " 2>" + in_shell_quotes(streams / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(streams / "out"),
          read_text(streams / "err")};
}

}  // namespace tenon::testing
