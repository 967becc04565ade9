/*
 * cleanup/empty_split.h — where to cut a range of keys in two (pure).
 *
 * Keys are in the order of their bytes, which for UTF-8 is the order of code points. Any key cuts a range
 * rightly; a good one has about as many keys on each side.
 */
#ifndef M2_EMPTY_SPLIT_H
#define M2_EMPTY_SPLIT_H

#include "m2/mem.h"

#define M2_KEY_MAX 1024 /* bytes; S3 User Guide, object-keys */

/** About how many such pages the keys between LAST and END fill, if they lie as densely as those of the page;
 * infinite without an END. */
double m2_empty_pages_ahead(const char *first, const char *last, const char *end);

/** A key above LAST and below END (NULL: no end), for a range whose newest page ended with LAST: behind all
 * that begins as LAST and ORIGIN, the first key of the bucket, do, if the range goes on behind it; else about
 * the middle between LAST and END. So whatever all keys have in common costs one look, not one for each of
 * its characters. NULL: there is no such key, or one is no UTF-8. */
const char *m2_empty_split(struct m2_arena *a, const char *origin, const char *last, const char *end);

#endif
