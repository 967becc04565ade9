/*
 * m2/embed.h — files built into the library (scripts/cmake/embed.cmake writes the tables).
 */
#ifndef M2_EMBED_H
#define M2_EMBED_H

#include <stddef.h>

struct m2_embedded {
    const char *name; /* "ec2.json"; NULL ends the table */
    const char *data; /* NUL-terminated after size bytes */
    size_t size;
};

extern const struct m2_embedded m2_embedded_models[];
extern const struct m2_embedded m2_embedded_prices[]; /* prices.json */
extern const struct m2_embedded m2_embedded_style[]; /* doc.css */
extern const struct m2_embedded m2_embedded_template[]; /* template.yaml */

#endif
