/*
 * m2/ini.h — the grammar of ~/.aws/config and ~/.aws/credentials.
 *
 * Model:     sections in file order with raw header text split in type and name; keys in lower case; an empty value followed
 *            by indented lines is nested (kept as sub-keys, and as text "\nk = v" for comparison). Duplicates
 *            merge, the last wins, with a warning. Inline comments (white space + # or ;) are cut, with a warning.
 * Source:    AWS SDKs and Tools Reference Guide, "Shared config and credentials files";
 */
#ifndef M2_INI_H
#define M2_INI_H

#include <stddef.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"

struct m2_ini_key {
    const char *name;  /* lower case */
    const char *value; /* trimmed; nested: "\nk = v\nk2 = v2" */
    int line;
    M2_VEC(struct m2_ini_key) nested;
};

struct m2_ini_section {
    const char *type; /* "profile", "sso-session", "services", or "" for [x] */
    const char *name;
    int line;
    M2_VEC(struct m2_ini_key) keys;
};

struct m2_ini {
    const char *path;
    M2_VEC(struct m2_ini_section) sections;
    M2_VEC(const char *) warnings; /* "PATH:LINE: …" */
};

/** Errors: M2_ECONFIG "PATH:LINE: what was expected". */
int m2_ini_parse(struct m2_ini *out, struct m2_arena *a, struct m2_bytes text, const char *path,
                 struct m2_err *err) M2_MUST_USE;
const struct m2_ini_section *m2_ini_section(const struct m2_ini *ini, const char *type, const char *name);
/** Value of KEY in S, NULL when absent or empty. */
const char *m2_ini_value(const struct m2_ini_section *s, const char *key);
const char *m2_ini_nested(const struct m2_ini_section *s, const char *key, const char *sub_key);

#endif
