#include "cli/commands.h"
#include "cli/output.h"

namespace tenon::cli {

namespace {
std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string names_of(const std::vector<CommandHelp>& commands) {
  std::vector<std::string> names;
  for (const CommandHelp& command : commands) names.push_back(command.name);
  return joined(names);
}

std::string bash(const std::vector<CommandHelp>& commands) {
  std::string cases;
  for (const CommandHelp& command : commands)
    cases += cat("    ", command.name, ") words=\"", joined(command.options), "\" ;;\n");
  return cat(
      "_tenon() {\n  local word=${COMP_WORDS[COMP_CWORD]} words\n  if ((COMP_CWORD == 1)); then\n",
      "    mapfile -t COMPREPLY < <(compgen -W \"", names_of(commands),
      "\" -- \"$word\")\n    return\n  fi\n", "  case ${COMP_WORDS[1]} in\n", cases, "  esac\n",
      "  if [[ $word == -* ]]; then\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n",
      "  else\n    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n  fi\n}\n",
      "complete -o filenames -F _tenon tenon\n");
}

std::string zsh(const std::vector<CommandHelp>& commands) {
  std::string list;
  std::string cases;
  for (const CommandHelp& command : commands) {
    list += cat("    '", command.name, ":", command.description, "'\n");
    cases += cat("    ", command.name, ") options=(", joined(command.options), ") ;;\n");
  }
  return cat("#compdef tenon\n_tenon() {\n  local -a commands options\n  commands=(\n", list,
             "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n",
             "  case $words[2] in\n", cases,
             "  esac\n  if [[ $words[CURRENT] == -* ]]; then\n    compadd -- $options\n  else\n    _files\n",
             "  fi\n}\ncompdef _tenon tenon\n");
}

std::string fish(const std::vector<CommandHelp>& commands) {
  std::string text;
  for (const CommandHelp& command : commands) {
    text += cat("complete -c tenon -n __fish_use_subcommand -f -a ", command.name, " -d '",
                command.description, "'\n");
    for (const std::string& option : command.options)
      text += cat("complete -c tenon -n '__fish_seen_subcommand_from ", command.name, "' -l ",
                  option.substr(2), "\n");
  }
  return text;
}
}  // namespace

int execute(const CompletionArguments& arguments) {
  const std::vector<CommandHelp> commands = all_commands();
  print(arguments.shell == "bash"  ? bash(commands)
        : arguments.shell == "zsh" ? zsh(commands)
                                   : fish(commands));
  return kDone;
}

}  // namespace tenon::cli
