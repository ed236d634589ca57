#ifndef BYTESEARCH_H
#define BYTESEARCH_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The offset of the first occurrence of a needle among bytes, or -1; linear in both, which Swift's libraries lack.
/// Neither may be empty.
ptrdiff_t bytesearch_first(
    const void *_Nonnull bytes, size_t length, const void *_Nonnull needle, size_t needle_length);

#ifdef __cplusplus
}
#endif

#endif
