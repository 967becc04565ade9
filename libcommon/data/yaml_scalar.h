/*
 * data/yaml_scalar.h — what a scalar of a CloudFormation template is: null, bool, number or text.
 */
#ifndef M2_DATA_YAML_SCALAR_H
#define M2_DATA_YAML_SCALAR_H

#include <stdbool.h>

#include "m2/mem.h"
#include "m2/value.h"

/** TAG as the event has it (NULL: none); PLAIN: written without quotes and not as a block. P has a NUL behind
 * N bytes. */
struct m2_value *m2_yaml_scalar(struct m2_arena *a, const char *tag, bool plain, const char *p, size_t n);
/** The tag to keep: "!Ref", not YAML's own ("tag:yaml.org,2002:str", "!"). */
bool m2_yaml_tag_is_local(const char *tag);

#endif
