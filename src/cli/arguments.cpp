#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <thread>

#include "cli/commands.h"
#include "cli/output.h"
#include "recipe/nearest.h"

namespace tenon::cli {

namespace {
// The program's options, and a place for what each command was given.
class Parser {
 public:
  Parser() {
    app_.require_subcommand(1);
    app_.add_flag_function("--version", [](std::int64_t) { throw CLI::Success(); }, "Print the version");
    add_train();
    add_eval();
    add_build();
    add_export();
    add_diff();
    add_run();
    add_bench();
    add_inspect();
    add_doctor();
    add_completion();
  }

  Arguments parse(int count, char** words) {
    if (count < 2) return Message{app_.help(), kBadInput};
    check_command(words[1]);
    try {
      app_.parse(count, words);
    } catch (const CLI::CallForHelp&) {
      return Message{app_.help()};
    } catch (const CLI::Success&) {
      return Message{cat("tenon ", kVersion, "\n")};
    } catch (const CLI::ParseError& error) {
      return Message{cat("tenon: ", error.what(), " (tenon --help says more)\n"), kBadInput};
    }
    return chosen_();
  }

  std::vector<CommandHelp> commands() const {
    std::vector<CommandHelp> commands;
    for (const CLI::App* command : app_.get_subcommands({})) {
      commands.push_back({command->get_name(), command->get_description(), {}});
      for (const CLI::Option* option : command->get_options())
        for (const std::string& name : option->get_lnames()) commands.back().options.push_back("--" + name);
    }
    return commands;
  }

 private:
  void check_command(const std::string& word) const {
    std::vector<std::string> names;
    for (const CLI::App* command : app_.get_subcommands({})) names.push_back(command->get_name());
    if (word.starts_with("-") || std::ranges::find(names, word) != names.end()) return;
    fail("there is no command '", word, "'", recipe::suggestion(word, names), " (tenon --help says more)");
  }

  template <class Given>
  CLI::App& command(const std::string& name, const std::string& description, Given& given) {
    CLI::App* added = app_.add_subcommand(name, description);
    added->callback([this, &given] { chosen_ = [&given] { return Arguments(given); }; });
    return *added;
  }

  static void add_running(CLI::App& command, Running& running) {
    command.add_option("--backend", running.backend, "What runs it, by name: cpu, reference");
    command.add_option("--threads", running.threads, "Threads to compute with; one a processor if not given")
        ->check(CLI::Range(1, 4096));
    command.add_flag("--no-cache", running.no_cache, "Neither read nor write compiled code on disk");
  }
  // Names are checked where the file's are.
  static void add_feeding(CLI::App& command, Feeding& feeding) {
    CLI::Option_group& group = *command.add_option_group("Pictures and other raw inputs");
    group.add_option("--interface", feeding.interface,
                     "The TOML file that says how the model is fed; MODEL.toml where there is one");
    group.add_option("--layout", feeding.layout, "Axes of what is handed in: nhwc, nchw or nhw");
    group.add_option("--channels", feeding.channels, "The order that the model takes: rgb or bgr");
    group.add_option("--scale", feeding.scale, "What inputs are multiplied by; 1/255 for bytes");
    group
        .add_option("--mean", feeding.mean,
                    "Subtracted then: one number, or one a channel with commas between")
        ->delimiter(',');
    group.add_option("--deviation,--std", feeding.deviation, "Divided by then: in the same way")
        ->delimiter(',');
    group.add_option("--size", feeding.size, "What pictures are resized to: HEIGHTxWIDTH")->delimiter('x');
    group.add_option("--fit", feeding.fit, "How: crop what is too long, or stretch");
    group.add_option("--crop", feeding.crop, "The share in the middle that is kept of what fits");
    group.add_option("--sampling", feeding.sampling, "nearest, bilinear or bicubic");
  }
  static void add_scoring(CLI::App& command, Scoring& scoring, const std::string& target) {
    command
        .add_option(
            "--data", scoring.data,
            "Other data than the recipe's: a folder (of MNIST, CIFAR, or with a class a folder) or files")
        ->expected(1, 2);
    command.add_option("--kind", scoring.kind,
                       "What the data are, if they do not look it: idx, npy, npz, cifar10, …");
    command
        .add_option("--metric", scoring.metrics, "accuracy, top5, mse or mae; several with commas between")
        ->delimiter(',');
    command.add_option(target, scoring.target, "The column with what is right; y if not given");
  }
  static void add_precision(CLI::App& command, BuildArguments& build) {
    const std::map<std::string, Precision> names = {
        {"f32", Precision::f32}, {"bf16", Precision::bf16}, {"auto", Precision::automatic}};
    CLI::Option* const precision =
        command
            .add_option("--precision", build.precision,
                        "How convolutions and products are computed: f32, bf16, or auto, which measures "
                        "each layer on -i or --data and lowers what is faster and loses little")
            ->transform(CLI::CheckedTransformer(names).description("f32, bf16 or auto"));
    command
        .add_option("--max-drop", build.max_drop,
                    "What lower precision may lose: of the metric with --data, 0.002 if not given, else "
                    "the mean relative error of the outputs, 0.01")
        ->check(CLI::NonNegativeNumber)
        ->needs(precision);
    command
        .add_option("--batch", build.batch, "Items a call, which the precision is chosen for; 1 if not given")
        ->check(CLI::PositiveNumber);
  }
  static void add_tuning(CLI::App& command, BuildArguments& build) {
    command.add_flag(
        "--tune", build.tune,
        "Time each convolution and product in all the ways in which this machine can run it, with "
        "so many threads, and keep the fastest in the engine");
  }
  static void add_object(CLI::App& command, BuildArguments& build) {
    CLI::Option_group& group = *command.add_option_group("Compiled ahead of time");
    CLI::Option* const object = group.add_option(
        "--emit-object", build.object, "An object file for x86-64 to write, which needs no library at all");
    group.add_option("--header", build.header, "The C header to write for it")->needs(object);
    group.add_option("--name", build.name, "What its names begin with; the header's name if not given")
        ->needs(object);
    group
        .add_option(
            "--target", build.target,
            "What it needs of a processor: sse (any x86-64), avx2, avx512 or native; sse if not given")
        ->needs(object);
  }
  static void add_passes(CLI::App& command, Running& running) {
    command
        .add_option("--disable-pass", running.disabled_passes,
                    "An optimisation to leave out, by name; a name that is none lists them")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  static void add_shapes(CLI::App& command, std::vector<std::string>& shapes) {
    command
        .add_option("--shape", shapes,
                    "The shape of an ONNX model's input, in the place of what the model leaves open: "
                    "--shape image=1x3x224x224")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  static void add_json(CLI::App& command, bool& json) {
    command.add_flag("--json", json, "Print JSON for other programs");
  }

  void add_train() {
    CLI::App& train = command("train", "Train a model as a recipe says", train_);
    train.add_option("recipe", train_.recipe, "The recipe, a TOML file");
    train.add_option("--set", train_.set, "Set a key of the recipe: --set train.epochs=1")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    train.add_option("--out", train_.out, "The folder of the run; runs/NAME if not given");
    train.add_option("--resume", train_.resume, "Go on with the run in this folder");
    train.add_option("--on-nan", train_.on_nan, "At a step that is not finite: stop, skip or continue");
    train.add_flag("--print", train_.print, "Print the recipe as resolved and the model, and stop");
    train.add_flag("--quiet", train_.quiet, "No progress");
    add_running(train, train_.running);
  }

  void add_eval() {
    CLI::App& eval = command("eval", "Score a run, an engine or an ONNX model on data", eval_);
    eval.add_option("model", eval_.model, "A run folder, an engine or an ONNX model")->required();
    add_scoring(eval, eval_.scoring, "--target");
    add_shapes(eval, eval_.shapes);
    eval.add_option("--batch", eval_.batch, "Items at a time")->check(CLI::PositiveNumber);
    add_feeding(eval, eval_.feeding);
    add_json(eval, eval_.json);
    add_running(eval, eval_.running);
  }

  void add_build() {
    CLI::App& build =
        command("build", "Make an engine of a run or an ONNX model, checked against the reference", build_);
    build.add_option("model", build_.model, "A run folder or an ONNX model")->required();
    build.add_option("-o,--out", build_.out, "The engine to write");
    add_object(build, build_);
    build.add_flag("--explain", build_.running.explain, "Print what each pass did to which nodes");
    build.add_option("--items", build_.items, "Held-back items to check it with")->check(CLI::PositiveNumber);
    add_shapes(build, build_.shapes);
    build.add_option(
        "-i,--input", build_.inputs,
        "Inputs to check an ONNX model's engine with: NPY, NPZ or a picture; drawn ones if not given");
    add_precision(build, build_);
    add_tuning(build, build_);
    add_scoring(build, build_.scoring, "--labels");
    build.add_option("--report", build_.report, "A JSON file to write of what was measured and chosen");
    add_feeding(build, build_.feeding);
    add_running(build, build_.running);
    add_passes(build, build_.running);
  }

  void add_export() {
    CLI::App& out = command("export", "Write a run or an engine as an ONNX model", export_);
    out.add_option("model", export_.model, "A run folder, an engine or an ONNX model")->required();
    out.add_option("-o,--out", export_.out, "The ONNX file to write")->required();
  }

  void add_diff() {
    CLI::App& diff = command("diff", "Name the first value at which two models differ", diff_);
    diff.add_option("wanted", diff_.wanted,
                    "The right one: an ONNX model, an engine or a run, which the reference runs, or values "
                    "recorded as NPZ")
        ->required();
    diff.add_option("found", diff_.found, "The one to look at: an ONNX model, an engine or a run")
        ->required();
    diff.add_option("-i,--input", diff_.input, "What both run on, NPY or NPZ; drawn if not given");
    diff.add_option("--tolerance", diff_.tolerance,
                    "How far off a value may be, of its largest magnitude; 0.001 if not given")
        ->check(CLI::NonNegativeNumber);
    diff.add_option("--save", diff_.save, "Write what the node read and what both made of it, NPZ");
    add_json(diff, diff_.json);
    add_running(diff, diff_.running);
    add_passes(diff, diff_.running);
  }

  void add_run() {
    CLI::App& run = command("run", "Run an engine on the items of a file", run_);
    run.add_option("engine", run_.engine, "The engine")->required();
    run.add_option("-i,--input", run_.input, "Items: NPY, NPZ with the names of inputs, or a picture")
        ->required();
    run.add_option("-o,--output", run_.output, "Where outputs go: NPY or PNG (the first) or NPZ (all)");
    run.add_option("--output-scale", run_.output_scale,
                   "What floats are multiplied by to become a picture; 255 if not given");
    run.add_option("--top", run_.top, "Print the best classes of each item")->check(CLI::PositiveNumber);
    run.add_flag("--show", run_.show, "Draw the items, which must be pictures, with their best class");
    run.add_option("--batch", run_.batch, "Items at a time")->check(CLI::PositiveNumber);
    add_feeding(run, run_.feeding);
    add_json(run, run_.json);
    add_running(run, run_.running);
    add_passes(run, run_.running);
  }

  void add_bench() {
    CLI::App& bench = command("bench", "Measure an engine's latency and throughput", bench_);
    bench.add_option("engine", bench_.engine, "The engine")->required();
    bench.add_option("--batch", bench_.batches, "Batch sizes")->check(CLI::PositiveNumber)->delimiter(',');
    bench.add_option("--seconds", bench_.seconds, "For each batch size")->check(CLI::PositiveNumber);
    add_json(bench, bench_.json);
    add_running(bench, bench_.running);
    add_passes(bench, bench_.running);
  }

  void add_inspect() {
    CLI::App& inspect = command("inspect", "Show what is in a run or an engine, and how it runs", inspect_);
    inspect.add_option("model", inspect_.model, "A run folder or an engine")->required();
    inspect.add_option("--stage", inspect_.stage, "Print the program: source, typed or lowered")
        ->check(CLI::IsMember({"source", "typed", "lowered"}));
    inspect.add_flag("--plan", inspect_.plan, "Print the steps, what ran each and its time");
    inspect.add_flag("--memory", inspect_.memory, "Print what the memory is for");
    inspect.add_option("--svg", inspect_.svg, "Draw the memory between the steps, by lifetime, to this file");
    inspect.add_option("--html", inspect_.html, "Write all of this as one page for a browser to this file");
    inspect.add_option("--batch", inspect_.batch, "For dimensions left open")->check(CLI::PositiveNumber);
    add_json(inspect, inspect_.json);
    add_running(inspect, inspect_.running);
    add_passes(inspect, inspect_.running);
  }

  void add_doctor() {
    CLI::App& doctor = command("doctor", "Say what this machine has, and what is amiss", doctor_);
    add_json(doctor, doctor_.json);
  }

  void add_completion() {
    CLI::App& completion = command("completion", "Print completion for a shell", completion_);
    completion.add_option("shell", completion_.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  }

  CLI::App app_{"Trains, compiles and runs deep-learning models", "tenon"};
  std::function<Arguments()> chosen_;
  TrainArguments train_;
  EvalArguments eval_;
  BuildArguments build_;
  ExportArguments export_;
  DiffArguments diff_;
  RunArguments run_;
  BenchArguments bench_;
  InspectArguments inspect_;
  DoctorArguments doctor_;
  CompletionArguments completion_;
};
}  // namespace

EngineOptions engine_options(const Running& running) {
  const auto say = [](std::string_view text) { print(text); };
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return {.backend = running.backend,
          .threads = running.threads > 0 ? running.threads : processors,
          .cache = !running.no_cache,
          .without = {running.disabled_passes.begin(), running.disabled_passes.end()},
          .explain = running.explain ? std::function<void(std::string_view)>(say) : nullptr};
}

Arguments parse_arguments(int count, char** words) { return Parser().parse(count, words); }
std::vector<CommandHelp> all_commands() { return Parser().commands(); }

}  // namespace tenon::cli
