// How what people have (bytes, pictures, the columns of a data set) is fed to a model.
#pragma once

#include "cli/arguments.h"
#include "recipe/interface.h"
#include "tenon/data.h"

namespace tenon::cli {

inline constexpr std::string_view kInterfaceNote = "interface";

// What is said of the model: by options, or else by the file beside it, MODEL.toml. Of an engine that was
// built with a preparation, its own note says what pictures become before it.
recipe::Interface interface_of(const std::string& model, const Engine& engine, const Feeding& feeding);

// Whether anything is to be put in front of the model.
bool says_preparation(const recipe::Interface& interface);

// The input that the interface is of.
Port fed_port(const Engine& engine, const recipe::Interface& interface);

// The engine with what the interface says in front of its input, where it says anything, or where it takes
// floats and is to be given bytes. `given` is what it will be handed; its layout is taken where none is said.
Engine prepared(const Engine& engine, const recipe::Interface& interface, const Type& given);
// The same for a caller who has nothing yet: it is to take bytes, pictures with their channels last.
Engine prepared(const Engine& engine, const recipe::Interface& interface);

// What pictures of any size become for this input.
Resizing resizing_for(const Port& port, const recipe::Interface& interface);
std::int64_t channels_of(const Port& port);  // 1 or 3

// An engine and what it is to run on, each made to fit the other.
struct Fed {
  Engine engine;
  NamedTensors inputs;
};
// Of a file: a picture, NPY, or NPZ with the names of inputs.
Fed feed(const Engine& engine, const recipe::Interface& interface, const std::string& path);
// The columns of a data set with the names of inputs, or the column "x" for a single input.
Fed feed(const Engine& engine, const recipe::Interface& interface, const Dataset& data);

}  // namespace tenon::cli
