// ONNX models as the suite `infer` runs them: imported, planned for one item, called through the public
// interface.
#pragma once

#include <string>

#include "contender.h"
#include "tenon/engine.h"

namespace tenon::bench {

std::string model_path(const std::string& name);  // in the folder that BENCH_MODELS names

Engine engine_of(const std::string& onnx, int threads, const std::string& backend = "cpu");
Engine in_bf16(const Engine& engine);
// A session for one item: what the model leaves open is 1. Every input is filled with a half.
EngineSession session_of(const Engine& engine);

Steps model_inference(const std::string& name, int threads, Precision precision = Precision::f32);
Steps concurrent_inference(const std::string& name, int callers);  // each with a session of one thread
Steps engine_build(const std::string& name, int threads);  // from the file to what answers, not yet run
Steps first_import(const std::string& name, int threads);  // from the file to an answer
Steps first_answer(const std::string& name, int threads);  // of an engine that was built and saved before

}  // namespace tenon::bench
