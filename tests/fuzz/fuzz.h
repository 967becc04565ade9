/* What every fuzz target defines, and how it says that a property does not hold. */
#ifndef M2_FUZZ_H
#define M2_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define fuzz_require(holds, ...)                                                                             \
    do {                                                                                                     \
        if (!(holds)) {                                                                                      \
            (void)fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                            \
            (void)fprintf(stderr, __VA_ARGS__);                                                              \
            (void)fputc('\n', stderr);                                                                       \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
