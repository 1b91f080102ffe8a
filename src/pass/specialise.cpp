#include "pass/specialise.h"

#include "pass/staging.h"

namespace tenon {

Graph specialise(const Graph& source, const std::map<std::string, Type>& inputs) {
  for (const auto& [name, type] : inputs)
    require(source.find_input(name).has_value(), "the program has no input named '", name, "'");
  Stage stage = first_stage(source, inputs);
  require(stage.whole(), stage.why,
          ", so this program cannot be planned as a whole; Engine::run does it in stages");
  return std::move(stage.now);
}

}  // namespace tenon
