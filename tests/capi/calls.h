/* What calls.c tries: 0, or the line that did not hold. */
#ifndef TENON_TESTS_CAPI_CALLS_H
#define TENON_TESTS_CAPI_CALLS_H

#include "tenon/c.h"

#ifdef __cplusplus
extern "C" {
#endif

int ports_are_described(const char* path);
int engine_runs(const void* file, size_t bytes);
int session_runs_in_own_memory(const char* path);
int limits_hold(const char* path);
int mistakes_are_errors(const char* path);

#ifdef __cplusplus
}
#endif

#endif
