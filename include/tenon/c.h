/* Engines from plain C: what tenon/engine.h says, without C++.
 *
 * A function that can fail returns a tenon_status; what went wrong is said by tenon_last_error(), of the last
 * call that failed on this thread. No exception leaves these functions. Objects are freed by their own
 * function, NULL allowed, in any order: an object keeps what it needs of others.
 *
 *   tenon_engine* engine;
 *   if (tenon_engine_load("digits.tenon", NULL, &engine)) { puts(tenon_last_error()); return 1; }
 *   tenon_shape shape = {"x", 4, {1, 1, 28, 28}};
 *   tenon_session* session;
 *   if (tenon_session_new(engine, &shape, 1, &session)) ...
 *   tenon_session_bind_input(session, "x", picture, sizeof picture);
 *   tenon_session_run(session);
 */
/* NOLINTBEGIN(readability-identifier-naming,modernize-*): names and forms of C */
#ifndef TENON_C_H
#define TENON_C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  TENON_OK = 0,
  TENON_ERROR = 1, /* a file, a name, a shape or a value is wrong, or something could not be done */
  TENON_OUT_OF_MEMORY = 2,
  TENON_INTERNAL = 3 /* a fault of Tenon's own: please report it */
} tenon_status;

typedef enum {
  TENON_F64,
  TENON_F32,
  TENON_F16,
  TENON_BF16,
  TENON_I64,
  TENON_I32,
  TENON_I16,
  TENON_I8,
  TENON_U64,
  TENON_U32,
  TENON_U16,
  TENON_U8,
  TENON_BOOL
} tenon_dtype;

enum { TENON_MAX_RANK = 16 };

typedef struct tenon_engine tenon_engine;
typedef struct tenon_session tenon_session;
typedef struct tenon_result tenon_result;

/* Zero is the default of every field. `size` is sizeof(tenon_options): it lets the struct grow. */
typedef struct {
  size_t size;
  const char* backend; /* "cpu", "reference"; NULL: the preferred one that is there */
  int threads;         /* 0: one */
  int no_cache;        /* neither read nor write compiled code on disk */
  size_t plans;        /* kept for tenon_engine_run; 0: 16 */
  size_t contexts;     /* calls for the same shapes that run at once; 0: as many as may compute */
  size_t memory_limit; /* bytes of all that runs need beside the weights; 0: none */
} tenon_options;

/* An input or an output. An open dimension is -1; a rank that is not known is -1. */
typedef struct {
  const char* name; /* as long as the engine is there */
  tenon_dtype dtype;
  int rank;
  int64_t dims[TENON_MAX_RANK];
} tenon_port;

typedef struct {
  const char* name;
  int rank;
  int64_t dims[TENON_MAX_RANK];
} tenon_shape;

/* A dense, row-major tensor in memory that is not its own. */
typedef struct {
  const char* name;
  tenon_dtype dtype;
  int rank;
  int64_t dims[TENON_MAX_RANK];
  void* data;
} tenon_tensor;

const char* tenon_version(void);
const char* tenon_last_error(void); /* as long as no other call fails on this thread */
size_t tenon_dtype_size(tenon_dtype dtype);

/* Engines. One may be used from several threads at once. */
tenon_status tenon_engine_load(const char* path, const tenon_options* options, tenon_engine** engine);
/* An engine file in memory, which is copied. */
tenon_status tenon_engine_load_memory(const void* data, size_t bytes, const tenon_options* options,
                                      tenon_engine** engine);
tenon_status tenon_engine_load_onnx(const char* path, const tenon_options* options, tenon_engine** engine);
void tenon_engine_free(tenon_engine* engine);

/* A plan for these shapes, so that the first call for them needs none. */
tenon_status tenon_engine_warm(const tenon_engine* engine, const tenon_shape* inputs, size_t count);

size_t tenon_engine_input_count(const tenon_engine* engine);
size_t tenon_engine_output_count(const tenon_engine* engine);
tenon_status tenon_engine_input(const tenon_engine* engine, size_t index, tenon_port* port);
tenon_status tenon_engine_output(const tenon_engine* engine, size_t index, tenon_port* port);

/* Runs on inputs of any shapes that fit; the plan for the shapes is made once and kept. */
tenon_status tenon_engine_run(const tenon_engine* engine, const tenon_tensor* inputs, size_t count,
                              tenon_result** result);
size_t tenon_result_count(const tenon_result* result);
/* In the order of the engine's outputs. Name and data live as long as the result. */
tenon_status tenon_result_tensor(const tenon_result* result, size_t index, tenon_tensor* tensor);
void tenon_result_free(tenon_result* result);

/* A plan for inputs of these shapes, bound to memory: running it again and again allocates nothing. One
 * session is for one thread at a time; sessions of one engine run beside one another. */
tenon_status tenon_session_new(const tenon_engine* engine, const tenon_shape* inputs, size_t count,
                               tenon_session** session);
void tenon_session_free(tenon_session* session);
/* What the next run reads and writes: at first memory of the session's own. */
tenon_status tenon_session_input(const tenon_session* session, const char* name, tenon_tensor* tensor);
tenon_status tenon_session_output(const tenon_session* session, const char* name, tenon_tensor* tensor);
/* The caller's memory instead, of exactly the size that is needed; it must stay while the session runs. */
tenon_status tenon_session_bind_input(tenon_session* session, const char* name, void* data, size_t bytes);
tenon_status tenon_session_bind_output(tenon_session* session, const char* name, void* data, size_t bytes);
tenon_status tenon_session_run(tenon_session* session);

#ifdef __cplusplus
}
#endif

#endif
/* NOLINTEND(readability-identifier-naming,modernize-*) */
