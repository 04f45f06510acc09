/*
 * The C interface of the library. capi/README.md tells the whole of it in two pages; in short:
 *
 * Handles are opaque. What is freed, foreign or of another class is answered with 30001.
 * Functions return 0 or an error code (coffer/errors.h); coffer_last_error gives the text.
 * Outputs are written only on success. Texts are UTF-8; those that come out are freed with
 * coffer_free, those that go in are copied, NULL means empty. Indexes count from 0.
 * Truth values are int32_t 0 and 1.
 */
#ifndef COFFER_COFFER_H
#define COFFER_COFFER_H

/* NOLINTBEGIN: C, though C++ reads it too */

#include <stddef.h>
#include <stdint.h>

#include <coffer/errors.h>
#include <coffer/version.h>

#if defined(__GNUC__)
#  define COFFER_API __attribute__((visibility("default")))
#else
#  define COFFER_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that runs; COFFER_VERSION is that of the header. */
COFFER_API const char* coffer_version(void);

/* Frees a text or bytes that the library returned. NULL is fine. */
COFFER_API void coffer_free(void* memory);

/*
 * The text of the calling thread's last failure with this handle; with NULL, of its last failure at
 * all (after a failed new, and for functions of events). Never NULL; valid until the thread's next
 * call.
 */
COFFER_API const char* coffer_last_error(const void* handle);

/* What a code means in general; "" for a code that is none of the library's. */
COFFER_API const char* coffer_error_text(int32_t code);

/* 1 when trying again later may help, else 0. */
COFFER_API int32_t coffer_error_is_retryable(int32_t code);

/*
 * 1 when the library has a class ("Office365Backup") or an item of it that does what its page says
 * ("Office365Backup.GraphURL": property, event or setting, case ignored), else 0.
 */
COFFER_API int32_t coffer_has(const char* name);

#ifdef __cplusplus
}
#endif

#include <coffer/certs.h>
#include <coffer/cloudbackup.h>
#include <coffer/threeds.h>

/* NOLINTEND */

#endif
