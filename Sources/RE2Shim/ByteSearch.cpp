#include "ByteSearch.h"

#include <string.h>

extern "C" ptrdiff_t bytesearch_first(const void *bytes, size_t length, const void *needle, size_t needle_length) {
    // GNU, musl and BSD: the two-way algorithm.
    const void *found = memmem(bytes, length, needle, needle_length);
    return found == nullptr ? -1 : static_cast<const char *>(found) - static_cast<const char *>(bytes);
}
