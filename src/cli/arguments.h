// What can be asked of the program, one struct a command. Reading them from the command line is all that the
// command-line library is used for.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tenon/engine.h"

namespace tenon::cli {

// How an engine or a trainer runs.
struct Running {
  std::string backend;
  int threads = 0;  // 0: one a processor
  bool no_cache = false;
  std::vector<std::string> disabled_passes = {};
  bool explain = false;  // print what each pass did
};
EngineOptions engine_options(const Running& running);

// How what a user has becomes what the model takes. What is not given here may be said by a file beside the
// model, and else by an engine itself.
struct Feeding {
  std::string interface;  // that file
  std::string layout;
  std::string channels;
  std::optional<double> scale;
  std::vector<double> mean;
  std::vector<double> deviation;
  std::vector<std::int64_t> size;
  std::string fit;
  std::optional<double> crop;
  std::string sampling;
};

// What a model is scored on, in the place of its recipe's data, and how.
struct Scoring {
  std::vector<std::string> data;
  std::string kind;    // of the data; otherwise what they look like
  std::string target;  // the column with what is right
  std::vector<std::string> metrics;
};

struct TrainArguments {
  std::string recipe;
  std::vector<std::string> set;
  std::string out;
  std::string resume;
  std::string on_nan;
  bool print = false;
  bool quiet = false;
  Running running;
};

struct EvalArguments {
  std::string model;
  std::vector<std::string> shapes;  // of an ONNX model's inputs: "image=1x3x224x224"
  Scoring scoring;
  Feeding feeding;
  std::int64_t batch = 256;
  bool json = false;
  Running running;
};

struct BuildArguments {
  std::string model;
  std::string out;
  std::string object;  // compiled ahead of time, and the header for it
  std::string header;
  std::string name;
  std::string target = "sse";
  std::int64_t items = 512;
  std::vector<std::string> shapes;  // of an ONNX model's inputs: "image=1x3x224x224"
  std::string inputs;               // to check the engine with: a file
  bool tune = false;
  Precision precision = Precision::f32;
  std::optional<double> max_drop;
  std::int64_t batch = 1;  // items a call, to choose the precision by
  Scoring scoring;
  std::string report;  // a JSON file
  Feeding feeding;
  Running running;
};

struct ExportArguments {
  std::string model;
  std::string out;
};

struct DiffArguments {
  std::string wanted;
  std::string found;
  std::string input;
  std::string save;
  double tolerance = 1e-3;
  bool json = false;
  Running running;
};

struct RunArguments {
  std::string engine;
  std::string input;
  std::string output;
  std::optional<double> output_scale;  // of pictures
  Feeding feeding;
  std::int64_t top = 0;
  bool show = false;
  std::int64_t batch = 256;
  bool json = false;
  Running running;
};

struct BenchArguments {
  std::string engine;
  std::vector<std::int64_t> batches = {1, 8, 64};
  double seconds = 1;
  bool json = false;
  Running running;
};

struct InspectArguments {
  std::string model;
  std::string stage;
  bool plan = false;
  bool memory = false;
  std::string svg;
  std::string html;
  std::int64_t batch = 1;
  bool json = false;
  Running running;
};

struct DoctorArguments {
  bool json = false;
};

struct CompletionArguments {
  std::string shell;
};

// A text to print, and nothing else to do.
struct Message {
  std::string text;
  int exit_code = 0;
};

using Arguments =
    std::variant<TrainArguments, EvalArguments, BuildArguments, ExportArguments, DiffArguments, RunArguments,
                 BenchArguments, InspectArguments, DoctorArguments, CompletionArguments, Message>;

// Help and mistakes come back as a Message.
Arguments parse_arguments(int count, char** words);

struct CommandHelp {
  std::string name;
  std::string description;
  std::vector<std::string> options;  // "--json"
};
std::vector<CommandHelp> all_commands();

}  // namespace tenon::cli
