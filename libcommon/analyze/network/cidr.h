/*
 * analyze/network/cidr.h — address prefixes of both families, and exact sets of IPv4 addresses.
 *
 * Model:     a set is a sorted list of disjoint, non-adjacent spans, never changed once made. Judging "whole
 * range or part of it" by set algebra needs no sampling of addresses.
 */
#ifndef M2_NETWORK_CIDR_H
#define M2_NETWORK_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/mem.h"

struct m2_cidr {
    int family; /* 4 or 6 */
    int bits;   /* prefix length */
    uint8_t ip[16];
};

struct m2_span4 {
    uint32_t first, last; /* both included */
};

struct m2_set4 {
    const struct m2_span4 *at;
    size_t len; /* 0: empty */
};

/** "10.0.0.0/16", "::/0"; an address without length is one host. Host bits are cleared. False when TEXT is
 * neither. */
bool m2_cidr_parse(struct m2_cidr *out, const char *text);
bool m2_cidr_covers(const struct m2_cidr *outer, const struct m2_cidr *inner);
bool m2_cidr_overlaps(const struct m2_cidr *a, const struct m2_cidr *b);

/** The addresses of C; empty for IPv6. */
struct m2_set4 m2_set4_of(struct m2_arena *a, const struct m2_cidr *c);
/** As m2_set4_of; empty when TEXT is no IPv4 prefix. */
struct m2_set4 m2_set4_text(struct m2_arena *a, const char *text);
/** N spans in any order, overlaps allowed. */
struct m2_set4 m2_set4_make(struct m2_arena *a, const struct m2_span4 *spans, size_t n);
struct m2_set4 m2_set4_or(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y);
struct m2_set4 m2_set4_and(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y);
struct m2_set4 m2_set4_minus(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y);
bool m2_set4_equal(struct m2_set4 x, struct m2_set4 y);

#endif
