#ifndef RE2SHIM_H
#define RE2SHIM_H

#include "ByteSearch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled regular expression. Immutable once made: any number of threads may match with it at once.
typedef struct re2shim_pattern re2shim_pattern;

/// Compiles a pattern of RE2's syntax in UTF-8, in at most `memory_limit` bytes. Writes nothing to standard error.
/// Returns NULL when the pattern is malformed or too large; then `reason` (of `reason_size` bytes, may be NULL) holds
/// the cause as text that ends in NUL, cut where it does not fit. No C++ exception leaves it.
re2shim_pattern *_Nullable re2shim_compile(
    const char *_Nullable pattern, size_t length, int64_t memory_limit, char *_Nullable reason, size_t reason_size);

/// Whether the pattern matches somewhere in `text`; linear in its length.
bool re2shim_partial_match(const re2shim_pattern *_Nonnull pattern, const char *_Nullable text, size_t length);

/// Whether the pattern matches the whole of `text`; linear in its length.
bool re2shim_full_match(const re2shim_pattern *_Nonnull pattern, const char *_Nullable text, size_t length);

/// The number of instructions the pattern compiled to: what a byte of text costs at worst.
int re2shim_program_size(const re2shim_pattern *_Nonnull pattern);

/// Frees a pattern; NULL is allowed.
void re2shim_free(re2shim_pattern *_Nullable pattern);

#ifdef __cplusplus
}
#endif

#endif
