#include "tenon/c.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "tenon/engine.h"
#include "tenon/onnx.h"

using tenon::DType;
using tenon::Engine;
using tenon::EngineOptions;
using tenon::EngineSession;
using tenon::NamedTensors;
using tenon::Shape;
using tenon::Tensor;

struct tenon_engine {
  Engine engine;
  std::vector<tenon::Port> inputs = engine.inputs();
  std::vector<tenon::Port> outputs = engine.outputs();
};

struct tenon_session {
  Engine engine;  // keeps the weights
  EngineSession session;
};

struct tenon_result {
  NamedTensors tensors;
};

namespace {
static_assert(static_cast<int>(DType::boolean) == TENON_BOOL && static_cast<int>(DType::bf16) == TENON_BF16 &&
                  static_cast<int>(DType::i64) == TENON_I64 && static_cast<int>(DType::u8) == TENON_U8,
              "the element types of C are those of C++, in the same order");

thread_local std::string last_error;

tenon_status failed(tenon_status status, const char* what) noexcept {
  try {
    last_error = what;
  } catch (...) {
    last_error.clear();
  }
  return status;
}

template <class Action>
tenon_status guarded(const Action& action) noexcept {
  try {
    action();
    return TENON_OK;
  } catch (const std::bad_alloc&) {
    return failed(TENON_OUT_OF_MEMORY, "there is not enough memory");
  } catch (const tenon::Error& error) {
    return failed(TENON_ERROR, error.what());
  } catch (const std::exception& error) {
    return failed(TENON_INTERNAL, error.what());
  } catch (...) {
    return failed(TENON_INTERNAL, "an error that says nothing");
  }
}

template <class T>
T& given(T* pointer, const char* what) {
  tenon::require(pointer != nullptr, what, " is NULL");
  return *pointer;
}

// Where there is no place for what would be made, it is not made.
template <class T, class Make>
void hand_out(T** place, const char* what, const Make& make) {
  T*& to = given(place, what);
  to = new T(make());
}

EngineOptions options_of(const tenon_options* chosen) {
  EngineOptions options;
  if (!chosen) return options;
  tenon_options known{};
  tenon::require(chosen->size >= sizeof(std::size_t),
                 "tenon_options.size is not set: it is sizeof(tenon_options)");
  std::memcpy(&known, chosen, std::min(chosen->size, sizeof known));
  if (known.backend) options.backend = known.backend;
  if (known.threads != 0) options.threads = known.threads;
  if (known.plans != 0) options.plans = known.plans;
  options.contexts = known.contexts;
  options.memory_limit = known.memory_limit;
  options.cache = known.no_cache == 0;
  return options;
}

Shape shape_of(int rank, const std::int64_t* dims, const char* name) {
  tenon::require(rank >= 0 && rank <= TENON_MAX_RANK, "'", name, "' has a rank of ", rank,
                 "; it is from 0 to ", static_cast<int>(TENON_MAX_RANK));
  for (int axis = 0; axis < rank; ++axis)
    tenon::require(dims[axis] >= 0, "'", name, "' has a dimension of ", dims[axis]);
  return {dims, dims + rank};
}

tenon::Shapes shapes_of(const tenon_shape* inputs, std::size_t count) {
  tenon::Shapes shapes;
  for (std::size_t i = 0; i < count; ++i) {
    const tenon_shape& input = given(inputs + i, "inputs");
    const char* const name = &given(input.name, "the name of an input");
    shapes[name] = shape_of(input.rank, input.dims, name);
  }
  return shapes;
}

template <class Described>
void put_shape(const Shape& shape, Described& to) {
  tenon::require(shape.size() <= TENON_MAX_RANK, "a tensor of ", shape.size(), " axes is more than C's ",
                 static_cast<int>(TENON_MAX_RANK));
  to.rank = static_cast<int>(shape.size());
  std::ranges::copy(shape, to.dims);
}

tenon_port port_of(const tenon::Port& port) {
  tenon_port described{port.name.c_str(), static_cast<tenon_dtype>(port.type.dtype), -1, {}};
  if (!port.type.ranked) return described;
  Shape shape;
  for (const tenon::Dim dim : port.type.dims) shape.push_back(dim.is_constant() ? dim.constant() : -1);
  put_shape(shape, described);
  return described;
}

tenon_tensor tensor_of(const char* name, const Tensor& tensor) {
  tenon_tensor described{name, static_cast<tenon_dtype>(tensor.dtype()), 0, {}, tensor.raw()};
  put_shape(tensor.shape(), described);
  return described;
}

NamedTensors tensors_of(const tenon_tensor* inputs, std::size_t count) {
  NamedTensors tensors;
  for (std::size_t i = 0; i < count; ++i) {
    const tenon_tensor& input = given(inputs + i, "inputs");
    const char* const name = &given(input.name, "the name of an input");
    tenon::require(input.dtype >= TENON_F64 && input.dtype <= TENON_BOOL, "'", name,
                   "' is of no element type");
    const Shape shape = shape_of(input.rank, input.dims, name);
    const auto dtype = static_cast<DType>(input.dtype);
    const bool is_empty = tenon::element_count(shape) == 0;
    tensors.emplace_back(
        name, is_empty ? Tensor::empty(dtype, shape)
                       : Tensor::wrap(dtype, shape, &given(static_cast<char*>(input.data), name), nullptr));
  }
  return tensors;
}

// The caller's memory, as a tensor like the one that stands there now.
Tensor around(const Tensor& like, const char* name, void* data, std::size_t bytes) {
  tenon::require(bytes == like.bytes(), "'", name, "' has ", like.bytes(), " bytes, and was given ", bytes);
  return bytes == 0
             ? like
             : Tensor::wrap(like.dtype(), like.shape(), &given(static_cast<char*>(data), name), nullptr);
}
}  // namespace

extern "C" {

const char* tenon_version(void) { return TENON_VERSION; }
const char* tenon_last_error(void) { return last_error.c_str(); }

size_t tenon_dtype_size(tenon_dtype dtype) {
  return dtype >= TENON_F64 && dtype <= TENON_BOOL ? tenon::size_of(static_cast<DType>(dtype)) : 0;
}

tenon_status tenon_engine_load(const char* path, const tenon_options* options, tenon_engine** engine) {
  return guarded([&] {
    hand_out(engine, "engine",
             [&] { return tenon_engine{Engine::load(&given(path, "path"), options_of(options))}; });
  });
}

tenon_status tenon_engine_load_memory(const void* data, size_t bytes, const tenon_options* options,
                                      tenon_engine** engine) {
  return guarded([&] {
    const auto copy = std::make_shared<std::vector<std::byte>>(bytes);
    if (bytes != 0) std::memcpy(copy->data(), &given(static_cast<const char*>(data), "data"), bytes);
    hand_out(engine, "engine",
             [&] { return tenon_engine{Engine::from_memory(*copy, copy, options_of(options))}; });
  });
}

tenon_status tenon_engine_load_onnx(const char* path, const tenon_options* options, tenon_engine** engine) {
  return guarded([&] {
    const EngineOptions chosen = options_of(options);
    tenon::OnnxModel model = tenon::import_onnx(&given(path, "path"));
    hand_out(engine, "engine",
             [&] { return tenon_engine{Engine(model.program, std::move(model.weights), {}, chosen)}; });
  });
}

void tenon_engine_free(tenon_engine* engine) { delete engine; }

tenon_status tenon_engine_warm(const tenon_engine* engine, const tenon_shape* inputs, size_t count) {
  return guarded([&] { given(engine, "engine").engine.warm(shapes_of(inputs, count)); });
}

size_t tenon_engine_input_count(const tenon_engine* engine) { return engine ? engine->inputs.size() : 0; }
size_t tenon_engine_output_count(const tenon_engine* engine) { return engine ? engine->outputs.size() : 0; }

tenon_status tenon_engine_input(const tenon_engine* engine, size_t index, tenon_port* port) {
  return guarded([&] {
    const auto& ports = given(engine, "engine").inputs;
    tenon::require(index < ports.size(), "there is no input ", index, "; there are ", ports.size());
    given(port, "port") = port_of(ports[index]);
  });
}

tenon_status tenon_engine_output(const tenon_engine* engine, size_t index, tenon_port* port) {
  return guarded([&] {
    const auto& ports = given(engine, "engine").outputs;
    tenon::require(index < ports.size(), "there is no output ", index, "; there are ", ports.size());
    given(port, "port") = port_of(ports[index]);
  });
}

tenon_status tenon_engine_run(const tenon_engine* engine, const tenon_tensor* inputs, size_t count,
                              tenon_result** result) {
  return guarded([&] {
    hand_out(result, "result",
             [&] { return tenon_result{given(engine, "engine").engine.run(tensors_of(inputs, count))}; });
  });
}

size_t tenon_result_count(const tenon_result* result) { return result ? result->tensors.size() : 0; }

tenon_status tenon_result_tensor(const tenon_result* result, size_t index, tenon_tensor* tensor) {
  return guarded([&] {
    const NamedTensors& tensors = given(result, "result").tensors;
    tenon::require(index < tensors.size(), "there is no output ", index, "; there are ", tensors.size());
    given(tensor, "tensor") = tensor_of(tensors[index].first.c_str(), tensors[index].second);
  });
}

void tenon_result_free(tenon_result* result) { delete result; }

tenon_status tenon_session_new(const tenon_engine* engine, const tenon_shape* inputs, size_t count,
                               tenon_session** session) {
  return guarded([&] {
    const Engine& of = given(engine, "engine").engine;
    hand_out(session, "session", [&] { return tenon_session{of, of.session(shapes_of(inputs, count))}; });
  });
}

void tenon_session_free(tenon_session* session) { delete session; }

tenon_status tenon_session_input(const tenon_session* session, const char* name, tenon_tensor* tensor) {
  return guarded([&] {
    const Tensor& bound = given(session, "session").session.input(&given(name, "name"));
    given(tensor, "tensor") = tensor_of(name, bound);
  });
}

tenon_status tenon_session_output(const tenon_session* session, const char* name, tenon_tensor* tensor) {
  return guarded([&] {
    const Tensor& bound = given(session, "session").session.output(&given(name, "name"));
    given(tensor, "tensor") = tensor_of(name, bound);
  });
}

tenon_status tenon_session_bind_input(tenon_session* session, const char* name, void* data, size_t bytes) {
  return guarded([&] {
    EngineSession& run = given(session, "session").session;
    run.bind_input(&given(name, "name"), around(run.input(name), name, data, bytes));
  });
}

tenon_status tenon_session_bind_output(tenon_session* session, const char* name, void* data, size_t bytes) {
  return guarded([&] {
    EngineSession& run = given(session, "session").session;
    run.bind_output(&given(name, "name"), around(run.output(name), name, data, bytes));
  });
}

tenon_status tenon_session_run(tenon_session* session) {
  return guarded([&] { given(session, "session").session.run(); });
}

}  // extern "C"
