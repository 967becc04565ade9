#include "m2/json.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "data/json_scan.h"
#include "data/object.h"
#include "m2/file.h"

/* cJSON copies a number into 64 bytes and stumbles over longer ones; ours come from the tokens anyway. */
#define CJSON_NUMBER_MOST 60
#define KEY_CACHE 512
/* A longer container is taken apart by its tokens, so that cJSON's nodes never stand for all of a large text.
 */
#define PIECE_MOST ((size_t)64 << 10)
#define SCRATCH_MOST ((size_t)1 << 20)
/* Answers with credentials are small; what is parsed of such a text is wiped. */
#define WIPE_MOST ((size_t)256 << 10)

/* cJSON's nodes live in an arena of their own that is dropped with many at once: no free() per node. */
static _Thread_local struct m2_arena *scratch;

static void *scratch_alloc(size_t n)
{
    return m2_arena_alloc(scratch, n);
}

static void scratch_free(void *p)
{
    (void)p;
}

struct convert {
    struct m2_arena *a;
    const struct m2_json_token *next, *last;
    const char *name;
    struct m2_err *err;
    struct m2_bytes keys[KEY_CACHE]; /* lists repeat their items' keys: one copy serves all */
    const char *text;                /* where numbers are taken from */
    const char *safe;                /* the same without numbers too long for cJSON */
    size_t text_bytes;
};

static const char *key_copy(struct convert *c, const char *key, size_t n)
{
    uint32_t h = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        h = h * 31 + (unsigned char)key[i];
    struct m2_bytes *slot = &c->keys[(h ^ h >> 15) % KEY_CACHE];
    if (!slot->p || slot->n != n || memcmp(slot->p, key, n) != 0)
        *slot = (struct m2_bytes){ m2_arena_strndup(c->a, key, n), n };
    return slot->p;
}

static struct m2_value *convert(struct convert *c, const cJSON *item);

static int check_new(const struct convert *c, const struct m2_value *object,
                     const struct m2_json_token *token, const char *key, size_t n)
{
    size_t seen = m2_object_find(object, key, n);
    if (seen == SIZE_MAX)
        return 0;
    return m2_fail(c->err, M2_EINPUT, "%s:%u:%u: the key \"%.80s\" is there twice; first on line %u", c->name,
                   token->line, token->col, key, object->u.object.at[seen].value->line);
}

static size_t count_children(const cJSON *item)
{
    size_t n = 0;
    for (const cJSON *child = item->child; child; child = child->next)
        n++;
    return n;
}

static int convert_array(struct convert *c, struct m2_value *v, const cJSON *item)
{
    size_t n = count_children(item);
    if (!n)
        return 0;
    v->u.array.at = m2_arena_new_array(c->a, struct m2_value *, n);
    v->u.array.cap = n;
    for (const cJSON *child = item->child; child; child = child->next) {
        struct m2_value *value = convert(c, child);
        if (!value)
            return -1;
        v->u.array.at[v->u.array.len++] = value;
    }
    return 0;
}

static int convert_object(struct convert *c, struct m2_value *v, const cJSON *item)
{
    m2_object_reserve(c->a, v, count_children(item));
    for (const cJSON *child = item->child; child; child = child->next) {
        const struct m2_json_token *key = c->next++;
        size_t n = strlen(child->string);
        if (check_new(c, v, key, child->string, n) < 0)
            return -1;
        struct m2_value *value = convert(c, child);
        if (!value)
            return -1;
        m2_object_add(c->a, v, key_copy(c, child->string, n), n, value);
    }
    return 0;
}

/* The value tree of ITEM, taking tokens in document order; NULL for a duplicate key. */
static struct m2_value *convert(struct convert *c, const cJSON *item)
{
    const struct m2_json_token *token = c->next++;
    int rc = 0;
    struct m2_value *v;
    if (cJSON_IsString(item)) {
        v = m2_v_string(c->a, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        v = m2_v_number(c->a, c->text + token->offset, token->len);
    } else if (cJSON_IsArray(item)) {
        v = m2_v_array(c->a);
        rc = convert_array(c, v, item);
    } else if (cJSON_IsObject(item)) {
        v = m2_v_object(c->a);
        rc = convert_object(c, v, item);
    } else {
        v = cJSON_IsBool(item) ? m2_v_bool(c->a, cJSON_IsTrue(item)) : m2_v_null(c->a);
    }
    v->line = token->line;
    v->col = token->col;
    return rc < 0 ? NULL : v;
}

static void drop(struct m2_arena *a, size_t text_bytes)
{
    if (text_bytes <= WIPE_MOST)
        m2_arena_free_wiped(a);
    else
        m2_arena_free(a);
}

/* Is it a key or a string? Their text begins behind the quote. */
static bool is_text(const char *text, const struct m2_json_token *token)
{
    return token->offset && text[token->offset - 1] == '"';
}

/* ---- a large text in pieces ---- */

static struct m2_value *build(struct convert *c);

static const cJSON *parse_piece(struct convert *c, const struct m2_json_token *token)
{
    size_t quote = is_text(c->text, token) ? 1 : 0;
    if (m2_arena_used(scratch) > SCRATCH_MOST) {
        drop(scratch, c->text_bytes);
        scratch = m2_arena_new();
    }
    const cJSON *item =
        cJSON_ParseWithLengthOpts(c->safe + token->offset - quote, token->len + 2 * quote, NULL, 0);
    if (!item)
        m2_fail(c->err, M2_EBUG, "%s:%u:%u: the JSON library refuses what the scanner accepted", c->name,
                token->line, token->col);
    return item;
}

static int build_array(struct convert *c, struct m2_value *v, size_t end)
{
    while (c->next < c->last && c->next->offset < end) {
        struct m2_value *value = build(c);
        if (!value)
            return -1;
        m2_v_push(c->a, v, value);
    }
    return 0;
}

static int build_object(struct convert *c, struct m2_value *v, size_t end)
{
    while (c->next < c->last && c->next->offset < end) {
        const struct m2_json_token *token = c->next++;
        const cJSON *item = parse_piece(c, token);
        if (!item)
            return -1;
        size_t n = strlen(item->valuestring);
        if (check_new(c, v, token, item->valuestring, n) < 0)
            return -1;
        const char *key = key_copy(c, item->valuestring, n);
        struct m2_value *value = build(c);
        if (!value)
            return -1;
        m2_object_add(c->a, v, key, n, value);
    }
    return 0;
}

/* The value of the next token; NULL for a duplicate key. */
static struct m2_value *build(struct convert *c)
{
    const struct m2_json_token *token = c->next;
    const char first = c->text[token->offset];
    if (token->len <= PIECE_MOST || is_text(c->text, token) || (first != '{' && first != '[')) {
        const cJSON *item = parse_piece(c, token);
        return item ? convert(c, item) : NULL;
    }
    c->next++;
    struct m2_value *v = first == '{' ? m2_v_object(c->a) : m2_v_array(c->a);
    v->line = token->line;
    v->col = token->col;
    size_t end = (size_t)token->offset + token->len;
    int rc = first == '{' ? build_object(c, v, end) : build_array(c, v, end);
    return rc < 0 ? NULL : v;
}

/* TEXT with every number too long for cJSON replaced by a 0 and spaces. */
static const char *without_long_numbers(struct m2_arena *a, struct m2_bytes text,
                                        const struct m2_json_tokens *tokens)
{
    if (tokens->longest_number <= CJSON_NUMBER_MOST)
        return text.p;
    char *copy = m2_arena_strndup(a, text.p, text.n);
    for (size_t i = 0; i < tokens->len; i++) {
        const struct m2_json_token *t = &tokens->at[i];
        const char first = copy[t->offset];
        if (t->len > CJSON_NUMBER_MOST && !is_text(text.p, t) && first != '{' && first != '[') {
            memset(copy + t->offset, ' ', t->len);
            copy[t->offset] = '0';
        }
    }
    return copy;
}

static struct m2_value *parse_scanned(struct m2_arena *a, struct m2_bytes text, const char *name,
                                      const struct m2_json_tokens *tokens, struct m2_err *err)
{
    cJSON_Hooks hooks = { scratch_alloc, scratch_free };
    struct m2_arena *copies = m2_arena_new();
    struct convert c = { .a = a,
                         .next = tokens->at,
                         .last = tokens->at + tokens->len,
                         .name = name,
                         .err = err,
                         .text = text.p,
                         .safe = without_long_numbers(copies, text, tokens),
                         .text_bytes = text.n };
    scratch = m2_arena_new();
    cJSON_InitHooks(&hooks);
    struct m2_value *v = build(&c);
    drop(scratch, text.n);
    scratch = NULL;
    drop(copies, text.n);
    return v;
}

int m2_json_parse(struct m2_value **out, struct m2_arena *a, struct m2_bytes text, const char *name,
                  struct m2_err *err)
{
    struct m2_json_tokens tokens = { 0 };
    struct m2_value *v = NULL;
    if (m2_json_scan(&tokens, text, name, err) == 0)
        v = parse_scanned(a, text, name, &tokens, err);
    free(tokens.at);
    if (!v)
        return -1;
    *out = v;
    return 0;
}

int m2_json_read_file(struct m2_value **out, struct m2_arena *a, const char *path, struct m2_err *err)
{
    /* The text is not needed behind the parse, so it does not go into A. */
    struct m2_arena *text_arena = m2_arena_new();
    struct m2_bytes text = { 0 };
    int rc = m2_file_read(&text, text_arena, path, M2_JSON_MAX_FILE, err);
    if (rc == 0)
        rc = m2_json_parse(out, a, text, m2_str_eq(path, "-") ? "standard input" : path, err);
    drop(text_arena, text.n);
    return rc;
}
