#include "inference.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "tenon/error.h"
#include "tenon/onnx.h"
#include "tenon/precision.h"

namespace tenon::bench {

namespace {
std::string folder_in(const char* variable) {
  const char* const folder = std::getenv(variable);
  require(folder != nullptr, variable, " names no folder");
  return folder;
}

Shape one_item(const Type& type) {
  Shape shape;
  for (const Dim dim : type.dims) shape.push_back(dim.is_constant() ? dim.constant() : 1);
  return shape;
}

// Made by the first who asks, and kept for as long as this program stays the same.
std::string saved_engine(const std::string& name, int threads) {
  const std::string path = cat(folder_in("BENCH_CACHE"), "/", name, ".tenon");
  namespace fs = std::filesystem;
  if (!fs::exists(path) || fs::last_write_time(path) < fs::last_write_time("/proc/self/exe")) {
    const Engine engine = engine_of(model_path(name), threads);
    session_of(engine).run();  // its compiled code goes to the cache
    engine.save(path);
  }
  return path;
}

void answer(const Engine& engine) { session_of(engine).run(); }
}  // namespace

std::string model_path(const std::string& name) { return cat(folder_in("BENCH_MODELS"), "/", name, ".onnx"); }

Engine engine_of(const std::string& onnx, int threads, const std::string& backend) {
  OnnxModel model = import_onnx(onnx);
  return {model.program, std::move(model.weights), {}, {.backend = backend, .threads = threads}};
}

Engine in_bf16(const Engine& engine) { return with_precision(engine, {}, {.precision = Precision::bf16}); }

EngineSession session_of(const Engine& engine) {
  Shapes shapes;
  for (const Port& port : engine.inputs()) shapes[port.name] = one_item(port.type);
  EngineSession session = engine.session(shapes);
  for (const Port& port : engine.inputs())
    session.bind_input(port.name, Tensor::full(port.type.dtype, shapes.at(port.name), 0.5));
  return session;
}

Steps model_inference(const std::string& name, int threads, Precision precision) {
  const Engine engine = engine_of(model_path(name), threads);
  auto session =
      std::make_shared<EngineSession>(session_of(precision == Precision::bf16 ? in_bf16(engine) : engine));
  return repeated([session] { session->run(); });
}

Steps concurrent_inference(const std::string& name, int callers) {
  const Engine engine = engine_of(model_path(name), 1);
  auto sessions = std::make_shared<std::vector<EngineSession>>();
  for (int i = 0; i < callers; ++i) sessions->push_back(session_of(engine));
  return [sessions](std::int64_t count) {
    std::vector<std::jthread> threads;
    for (EngineSession& session : *sessions)
      threads.emplace_back([&session, count] {
        for (std::int64_t i = 0; i < count; ++i) session.run();
      });
  };
}

Steps engine_build(const std::string& name, int threads) {
  return [=](std::int64_t) { session_of(engine_of(model_path(name), threads)); };
}

Steps first_import(const std::string& name, int threads) {
  return [=](std::int64_t) { answer(engine_of(model_path(name), threads)); };
}

Steps first_answer(const std::string& name, int threads) {
  const std::string path = saved_engine(name, threads);
  return [=](std::int64_t) { answer(Engine::load(path, {.backend = "cpu", .threads = threads})); };
}

}  // namespace tenon::bench
