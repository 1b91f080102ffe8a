#include "engine/inputs.h"

namespace tenon::engine {

namespace {
struct Bound {
  std::string input;
  std::int64_t size;
};
using Symbols = std::map<std::string, Bound>;

bool fits(Dim wanted, std::int64_t given) { return !wanted.is_constant() || wanted.is(given); }

void check_type(const std::string& name, const Type& wanted, const Type& given) {
  bool matches = wanted.dtype == given.dtype && wanted.rank() == given.rank();
  for (std::size_t axis = 0; matches && axis < wanted.dims.size(); ++axis)
    matches = fits(wanted.dims[axis], given.dims[axis].constant());
  require(matches, "input '", name, "' is ", wanted, " and was given ", given);
}

void bind_symbols(const std::string& name, const Type& wanted, const Type& given, Symbols& symbols) {
  for (std::size_t axis = 0; axis < wanted.dims.size(); ++axis) {
    if (!wanted.dims[axis].is_symbol()) continue;
    const std::int64_t size = given.dims[axis].constant();
    const auto [known, is_new] = symbols.emplace(to_string(wanted.dims[axis]), Bound{name, size});
    require(is_new || known->second.size == size, "inputs '", known->second.input, "' and '", name,
            "' do not belong together: ", known->first, " is ", known->second.size, " in one and ", size,
            " in the other");
  }
}

std::vector<std::string> input_names(const Graph& program) {
  std::vector<std::string> names;
  for (const std::uint32_t id : program.inputs()) names.push_back(name_of(program.nodes()[id]));
  return names;
}
}  // namespace

std::map<std::string, Type> match_inputs(const Graph& program, const std::map<std::string, Type>& given) {
  for (const auto& [name, type] : given)
    require(program.find_input(name).has_value(), "there is no input '", name, "'; there are ",
            input_names(program));
  Symbols symbols;
  for (const std::uint32_t id : program.inputs()) {
    const std::string& name = name_of(program.nodes()[id]);
    const auto found = given.find(name);
    const Type& wanted = program.nodes()[id].results[0];
    require(found != given.end(), "input '", name, "', ", wanted, ", is missing");
    check_type(name, wanted, found->second);
    bind_symbols(name, wanted, found->second, symbols);
  }
  return given;
}

}  // namespace tenon::engine
