/*
 * aws/codec.h — what the codecs of the five protocols share (private to aws/).
 *
 * Model:     a shape is looked at together with the reference that leads to it; a trait of the reference wins
 * over one of the shape, as in botocore. Inputs are checked once (m2_codec_check), so the writers below may
 * rely on their types.
 */
#ifndef M2_AWS_CODEC_H
#define M2_AWS_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/buf.h"
#include "m2/codec.h"
#include "m2/xml.h"

#define M2_CODEC_MAX ((size_t)256 << 20) /* bytes of one body */

enum m2_kind {
    M2_K_NONE, /* no such shape */
    M2_K_STRUCTURE,
    M2_K_LIST,
    M2_K_MAP,
    M2_K_STRING,
    M2_K_INTEGER,
    M2_K_FLOAT,
    M2_K_BOOLEAN,
    M2_K_TIMESTAMP,
    M2_K_BLOB,
    M2_K_DOCUMENT
};

enum m2_stamp { M2_STAMP_ISO, M2_STAMP_EPOCH, M2_STAMP_RFC822 };

struct m2_shape {
    enum m2_kind kind;
    const struct m2_value *ref, *def;
};

/* One encoding or decoding under way. */
struct m2_codec {
    struct m2_arena *a;
    const struct m2_op *op;
    const struct m2_codec_options *opt;
};

/* ---- shapes (codec_shape.c) ---- */
struct m2_shape m2_shape_of(const struct m2_codec *c, const struct m2_value *ref);
/** "member" of a list, "key" or "value" of a map. */
struct m2_shape m2_shape_part(const struct m2_codec *c, struct m2_shape s, const char *part);
const char *m2_shape_str(struct m2_shape s, const char *trait);
bool m2_shape_has(struct m2_shape s, const char *trait);
/** locationName that the reference gives, else FALLBACK. A shape's own locationName names only an XML root.
 */
const char *m2_shape_name(struct m2_shape s, const char *fallback);
/** Members of a structure as an object name → reference, or NULL. */
const struct m2_value *m2_shape_members(struct m2_shape s);
/** Name of the XML root that holds S: a payload member's, or else the operation's input. */
const char *m2_shape_root_name(struct m2_shape s, bool payload);
/** Is this member of an output in the body? */
bool m2_shape_in_answer(struct m2_shape member);
/** Does this member travel in the body (not in path, query, headers or status)? */
bool m2_shape_in_body(struct m2_shape member);
struct m2_shape m2_shape_input(const struct m2_codec *c);
struct m2_shape m2_shape_output(const struct m2_codec *c);

#define m2_members_each(i, members) for (size_t i = 0; (members) && i < (members)->u.object.len; i++)

/* ---- inputs (codec_check.c) ---- */
/** Does INPUT fit the operation's input shape? Errors: M2_EBUG naming the member. */
int m2_codec_check(const struct m2_codec *c, const struct m2_value *input, struct m2_err *err) M2_MUST_USE;

/* ---- scalars (codec_scalar.c) ---- */
/** Text of a checked scalar on the wire; STAMP is the place's timestamp format. */
const char *m2_scalar_text(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                           enum m2_stamp stamp);
/** Value of the wire's TEXT (N bytes). */
struct m2_value *m2_scalar_read(const struct m2_codec *c, struct m2_shape s, const char *text, size_t n);
/** A JSON value as shape S (any kind), or NULL when it says nothing. */
struct m2_value *m2_json_shape(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v);
bool m2_number_text(const char *p, size_t n); /* is it a JSON number? */
struct m2_bytes m2_blob_bytes(const struct m2_codec *c, const char *base64, size_t n);
/** Milliseconds of a timestamp value. */
bool m2_stamp_ms(int64_t *out, const struct m2_value *v);

/* ---- writers ---- */
void m2_query_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w);
void m2_json_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w);
/** INPUT (a structure's value) as JSON text; members outside the body are left out when BODY_ONLY. */
void m2_json_body(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v, bool body_only,
                  struct m2_buf *out);
int m2_rest_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w,
                   struct m2_err *err) M2_MUST_USE;
/** Errors: M2_EBUG (a character that XML 1.0 cannot carry). */
int m2_xml_body(const struct m2_codec *c, struct m2_shape s, const char *root, const struct m2_value *v,
                bool body_only, struct m2_buf *out, struct m2_err *err) M2_MUST_USE;
void m2_wire_header(const struct m2_codec *c, struct m2_wire *w, const char *name, const char *value);
/** Take BUF's bytes as the body; BUF is freed. */
void m2_wire_body(const struct m2_codec *c, struct m2_wire *w, struct m2_buf *buf);

/* ---- readers ---- */
/** Element N as shape S. */
struct m2_value *m2_xml_read(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n);
/** Members of S that are in the headers or the status line, into OUT. */
void m2_rest_read_headers(const struct m2_codec *c, struct m2_shape s, const struct m2_response *res,
                          struct m2_value *out);
int m2_rest_decode(const struct m2_codec *c, const struct m2_response *res, struct m2_value **out,
                   struct m2_err *err) M2_MUST_USE;
/** The <Error> element of any wrapper, or NULL. */
const struct m2_xml *m2_xml_error(const struct m2_xml *root);
/** Body as JSON. Errors: M2_EPROTO. */
int m2_json_answer(struct m2_value **out, const struct m2_codec *c, const struct m2_response *res,
                   struct m2_err *err) M2_MUST_USE;
int m2_xml_answer(struct m2_xml **out, const struct m2_codec *c, const struct m2_response *res,
                  struct m2_err *err) M2_MUST_USE;

#endif
