#include "cli/feeding.h"

#include <algorithm>
#include <filesystem>

#include "cli/layouts.h"
#include "cli/model.h"
#include "format/npy.h"
#include "format/npz.h"
#include "format/picture.h"
#include "tenon/log.h"

namespace tenon::cli {

namespace {
// Of an engine that has its preparation in front already, this alone is still to be done.
recipe::Interface without_preparation(const recipe::Interface& built) {
  recipe::Interface rest;
  rest.input.name = built.input.name;
  rest.input.picture = built.input.picture;
  rest.output = built.output;
  return rest;
}

// A model that was trained on pictures takes others as it took those.
recipe::Interface trained_interface(const Engine& engine, const std::string& model) {
  recipe::Interface interface;
  const std::optional<std::string> recipe = note(engine.info(), kRecipeNote);
  if (recipe && !recipe->empty())
    interface.input.picture = recipe::parse_recipe(*recipe, model + ": recipe").data.picture;
  return interface;
}

recipe::Interface written_interface(const std::string& model, const Engine& engine,
                                    const std::string& given) {
  if (!given.empty()) return recipe::read_interface(given);
  const std::string beside = model + ".toml";
  // The recipe of a run may be called so, and says all of it already.
  const bool is_file = std::filesystem::is_regular_file(model);
  if (is_file && std::filesystem::is_regular_file(beside)) return recipe::read_interface(beside);
  if (const std::optional<std::string> kept = note(engine.info(), kInterfaceNote))
    return without_preparation(recipe::parse_interface(*kept, cat(model, ": interface")));
  return trained_interface(engine, model);
}

template <class T>
void take(T& value, const T& given) {
  if (given != T()) value = given;
}

// The engine of another program; what is said of its inputs and outputs is kept with it.
Engine described(const Engine& engine, const Graph& program, const recipe::Interface& interface) {
  const std::string text = recipe::to_toml(interface);
  if (&program == &engine.program() && text == recipe::to_toml(recipe::Interface{})) return engine;
  EngineInfo info = engine.info();
  take(info.class_names, interface.output.class_names);
  std::erase_if(info.notes, [](const auto& kept) { return kept.first == kInterfaceNote; });
  info.notes.emplace_back(kInterfaceNote, text);
  return Engine(program, engine.weights(), std::move(info), engine.options());
}

std::int64_t size_or(const Port& port, std::size_t axis, std::int64_t otherwise) {
  const Dim dim = port.type.dims.at(axis);
  return dim.is_constant() ? dim.constant() : otherwise;
}

void check_takes_pictures(const Port& port) {
  require(port.type.ranked && (port.type.rank() == 3 || port.type.rank() == 4), "input '", port.name, "' is ",
          port.type, ", and no pictures: they would need three or four axes");
}

Tensor read_picture(const Port& port, const recipe::Interface& interface, const std::string& path) {
  const Tensor picture = resize(data::read_picture(path, channels_of(port)), resizing_for(port, interface));
  return picture.reshape({1, picture.dim(0), picture.dim(1), picture.dim(2)});
}

NamedTensors read_inputs(const Engine& engine, const recipe::Interface& interface, const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  const std::vector<Port> ports = engine.inputs();
  require(ports.size() == 1, "this engine has ", ports.size(),
          " inputs: give an NPZ file with the name of each");
  return {{ports[0].name, names_picture(path) ? read_picture(ports[0], interface, path) : read_npy(path)}};
}

Fed fit_together(const Engine& engine, const recipe::Interface& interface, NamedTensors inputs) {
  const Tensor* const given = find(inputs, fed_port(engine, interface).name);
  Fed fed{given ? prepared(engine, interface, Type::of(*given)) : engine, std::move(inputs)};
  for (const Port& port : fed.engine.inputs())
    for (auto& [name, tensor] : fed.inputs)
      if (name == port.name) tensor = arranged(tensor, port.type);
  return fed;
}
}  // namespace

bool says_preparation(const recipe::Interface& interface) {
  const recipe::ModelInput& input = interface.input;
  return input.scale || !input.mean.empty() || !input.deviation.empty() || !input.layout.empty() ||
         input.channels == "bgr";
}

recipe::Interface interface_of(const std::string& model, const Engine& engine, const Feeding& feeding) {
  recipe::Interface interface = written_interface(model, engine, feeding.interface);
  recipe::ModelInput& input = interface.input;
  take(input.layout, feeding.layout);
  take(input.channels, feeding.channels);
  take(input.scale, feeding.scale);
  take(input.mean, feeding.mean);
  take(input.deviation, feeding.deviation);
  take(input.picture.size, feeding.size);
  take(input.picture.fit, feeding.fit);
  input.picture.crop = feeding.crop.value_or(input.picture.crop);
  take(input.picture.sampling, feeding.sampling);
  recipe::check_options(interface);
  return interface;
}

Port fed_port(const Engine& engine, const recipe::Interface& interface) {
  const std::vector<Port> ports = engine.inputs();
  require(!ports.empty(), "this model has no input");
  if (interface.input.name.empty()) return ports.front();
  const auto port = std::ranges::find(ports, interface.input.name, &Port::name);
  require(port != ports.end(), "the model has no input '", interface.input.name,
          "' to prepare; its first is '", ports.front().name, "'");
  return *port;
}

Engine prepared(const Engine& engine, const recipe::Interface& interface, const Type& given) {
  const Port port = fed_port(engine, interface);
  const bool bytes_for_floats = given.dtype == DType::u8 && is_float(port.type.dtype);
  const bool said = says_preparation(interface);
  if (!said && !bytes_for_floats) return described(engine, engine.program(), interface);
  if (!said)
    log(LogLevel::warn,
        cat("input '", port.name, "' is ", port.type, " and is given bytes: they are scaled by ",
            "1/255, as nothing is said of them (--scale 1 leaves them as they are)"));
  nn::Preparation preparation = recipe::preparation_of(interface.input);
  if (interface.input.layout.empty() && port.type.rank() == 4) preparation.layout = layout_of(given);
  return described(engine, nn::with_preparation(engine.program(), port.name, preparation, given.dtype),
                   interface);
}

Engine prepared(const Engine& engine, const recipe::Interface& interface) {
  const Type& type = fed_port(engine, interface).type;
  if (!says_preparation(interface)) return described(engine, engine.program(), interface);
  if (type.rank() != 4) return prepared(engine, interface, {DType::u8, type.dims, type.ranked});
  recipe::Interface channels_last = interface;
  if (interface.input.layout.empty()) channels_last.input.layout = "nhwc";
  return prepared(engine, channels_last, {DType::u8, {}});
}

std::int64_t channels_of(const Port& port) {
  check_takes_pictures(port);
  const nn::Layout layout = layout_of(port.type);
  if (layout == nn::Layout::nhw) return 1;
  return size_or(port, layout == nn::Layout::nhwc ? 3 : 1, 3);
}

Resizing resizing_for(const Port& port, const recipe::Interface& interface) {
  check_takes_pictures(port);
  Resizing how = recipe::resizing_of(interface.input.picture);
  if (how.height > 0) return how;
  const std::size_t rows = layout_of(port.type) == nn::Layout::nchw ? 2 : 1;
  how.height = size_or(port, rows, 0);
  how.width = size_or(port, rows + 1, 0);
  if (how.height == 0 || how.width == 0) how.height = how.width = 0;
  return how;
}

Fed feed(const Engine& engine, const recipe::Interface& interface, const std::string& path) {
  return fit_together(engine, interface, read_inputs(engine, interface, path));
}

Fed feed(const Engine& engine, const recipe::Interface& interface, const Dataset& data) {
  NamedTensors inputs;
  const std::vector<Port> ports = engine.inputs();
  for (const Port& port : ports) {
    const bool by_place = ports.size() == 1 && !find(data.columns(), port.name);
    inputs.emplace_back(port.name, data.column(by_place ? "x" : port.name));
  }
  return fit_together(engine, interface, std::move(inputs));
}

}  // namespace tenon::cli
