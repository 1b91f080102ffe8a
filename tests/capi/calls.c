/* What a C program does with an engine; compiled as C, so that the header is. */
#include "capi/calls.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      printf("line %d: %s (%s)\n", __LINE__, #condition, tenon_last_error());        \
      return __LINE__;                                                               \
    }                                                                                \
  } while (0)

int ports_are_described(const char* path) {
  tenon_options options = {.size = sizeof options, .backend = "reference", .no_cache = 1};
  tenon_engine* engine = NULL;
  CHECK(tenon_engine_load(path, &options, &engine) == TENON_OK);
  CHECK(tenon_engine_input_count(engine) == 2 && tenon_engine_output_count(engine) == 1);
  tenon_port port;
  CHECK(tenon_engine_input(engine, 1, &port) == TENON_OK);
  CHECK(strcmp(port.name, "b") == 0 && port.dtype == TENON_F32 && port.rank == 2);
  CHECK(port.dims[0] == -1 && port.dims[1] == 2);
  CHECK(tenon_engine_output(engine, 0, &port) == TENON_OK && strcmp(port.name, "y") == 0);
  CHECK(tenon_engine_input(engine, 2, &port) == TENON_ERROR);
  CHECK(strstr(tenon_last_error(), "there is no input 2") != NULL);
  tenon_engine_free(engine);
  return 0;
}

static int is_right(const float* y) { return y[0] == 3 * 1 + 5 && y[3] == 3 * 4 + 8; }

int engine_runs(const void* file, size_t bytes) {
  tenon_engine* engine = NULL;
  CHECK(tenon_engine_load_memory(file, bytes, NULL, &engine) == TENON_OK);
  float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8};
  tenon_tensor inputs[2] = {{"a", TENON_F32, 2, {2, 2}, a}, {"b", TENON_F32, 2, {2, 2}, b}};
  tenon_result* result = NULL;
  CHECK(tenon_engine_run(engine, inputs, 2, &result) == TENON_OK);
  tenon_engine_free(engine); /* the result is its own */
  CHECK(tenon_result_count(result) == 1);
  tenon_tensor y;
  CHECK(tenon_result_tensor(result, 0, &y) == TENON_OK);
  CHECK(strcmp(y.name, "y") == 0 && y.rank == 2 && y.dims[0] == 2 && is_right(y.data));
  tenon_result_free(result);
  return 0;
}

int session_runs_in_own_memory(const char* path) {
  tenon_engine* engine = NULL;
  CHECK(tenon_engine_load(path, NULL, &engine) == TENON_OK);
  tenon_shape shapes[2] = {{"a", 2, {2, 2}}, {"b", 2, {2, 2}}};
  tenon_session* session = NULL;
  CHECK(tenon_session_new(engine, shapes, 2, &session) == TENON_OK);
  tenon_engine_free(engine); /* the session keeps what it needs */
  float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, y[4] = {0};
  CHECK(tenon_session_bind_input(session, "a", a, sizeof a) == TENON_OK);
  CHECK(tenon_session_bind_input(session, "b", b, sizeof b) == TENON_OK);
  CHECK(tenon_session_bind_output(session, "y", y, sizeof y) == TENON_OK);
  CHECK(tenon_session_run(session) == TENON_OK && is_right(y));
  a[0] = 2;
  CHECK(tenon_session_run(session) == TENON_OK && y[0] == 3 * 2 + 5);
  tenon_tensor bound;
  CHECK(tenon_session_output(session, "y", &bound) == TENON_OK && bound.data == y);
  CHECK(tenon_session_bind_input(session, "a", a, 3) == TENON_ERROR);
  CHECK(tenon_session_bind_input(session, "c", a, sizeof a) == TENON_ERROR);
  tenon_session_free(session);
  return 0;
}

int limits_hold(const char* path) {
  tenon_options options = {.size = sizeof options, .memory_limit = 1000, .contexts = 1};
  tenon_engine* engine = NULL;
  CHECK(tenon_engine_load(path, &options, &engine) == TENON_OK);
  tenon_shape shapes[2] = {{"a", 2, {4, 2}}, {"b", 2, {4, 2}}};
  CHECK(tenon_engine_warm(engine, shapes, 2) == TENON_OK);
  shapes[0].dims[0] = shapes[1].dims[0] = 1000;
  CHECK(tenon_engine_warm(engine, shapes, 2) == TENON_ERROR);
  CHECK(strstr(tenon_last_error(), "limit of 1000 bytes") != NULL);
  tenon_engine_free(engine);
  return 0;
}

int mistakes_are_errors(const char* path) {
  tenon_engine* engine = NULL;
  CHECK(tenon_engine_load("none.tenon", NULL, &engine) == TENON_ERROR && engine == NULL);
  CHECK(strstr(tenon_last_error(), "none.tenon") != NULL);
  CHECK(tenon_engine_load(NULL, NULL, &engine) == TENON_ERROR);
  CHECK(tenon_engine_load(path, NULL, NULL) == TENON_ERROR);
  CHECK(tenon_engine_load_memory("no engine", 9, NULL, &engine) == TENON_ERROR);
  tenon_options options = {.size = sizeof options, .backend = "abacus"};
  CHECK(tenon_engine_load(path, &options, &engine) == TENON_ERROR);
  CHECK(tenon_engine_load(path, NULL, &engine) == TENON_OK);
  float a[4] = {0};
  tenon_tensor input = {"a", TENON_F32, 2, {2, -2}, a};
  tenon_result* result = NULL;
  CHECK(tenon_engine_run(engine, &input, 1, &result) == TENON_ERROR && result == NULL);
  CHECK(strstr(tenon_last_error(), "'a' has a dimension of -2") != NULL);
  input.dims[1] = 2;
  CHECK(tenon_engine_run(engine, &input, 1, &result) == TENON_ERROR);
  CHECK(strstr(tenon_last_error(), "input 'b'") != NULL);
  tenon_engine_free(engine);
  tenon_engine_free(NULL);
  tenon_session_free(NULL);
  tenon_result_free(NULL);
  CHECK(tenon_dtype_size(TENON_F16) == 2 && tenon_version()[0] != 0);
  return 0;
}
