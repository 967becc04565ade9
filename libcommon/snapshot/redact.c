#include "snapshot/redact.h"

#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "snapshot/redact_template.h"

#define NESTED_JSON 8

struct walk {
    struct m2_redactor r;
    int nested;   /* JSON within strings so deep already */
    bool setting; /* the members here are names of settings: environment variables */
    bool acl;     /* in an S3 access control list */
};

static struct m2_value *redact(struct walk *w, const struct m2_value *v);

/* A list of {name, value} pairs: which member names, which holds. */
static const char *const pair_names[] = { "name",         "Name",      "Key",          "key",
                                          "ParameterKey", "OutputKey", "VariableName", NULL };
static const char *const pair_values[] = {
    "value", "Value", "ParameterValue", "ResolvedValue", "OutputValue", "DefaultValue", NULL
};

static bool in(const char *const *names, const char *s)
{
    for (; *names; names++)
        if (strcmp(*names, s) == 0)
            return true;
    return false;
}

static const char *pair_name(const struct m2_value *object)
{
    for (const char *const *n = pair_names; *n; n++)
        if (m2_v_str(object, *n))
            return m2_v_str(object, *n);
    return NULL;
}

static struct m2_value *string(struct walk *w, const struct m2_value *v, const char *s)
{
    struct m2_value *copy = m2_v_string(w->r.a, s);
    copy->tag = v->tag;
    return copy;
}

/* A secret's value: texts and numbers go; a reference to where it is kept stays. */
static struct m2_value *conceal(struct walk *w, const struct m2_value *v)
{
    const char *text = m2_v_text(v);
    if (!text || !*text)
        return redact(w, v);
    if (m2_is_arn(text, strlen(text)) || m2_str_starts(text, "{{resolve:"))
        return string(w, v, m2_redact_text(&w->r, text));
    return string(w, v, M2_REDACTED);
}

static struct m2_value *redact_member(struct walk *w, const struct m2_value *object, const char *key,
                                      const struct m2_value *v);

/* All that stands under a secret's name: lists and objects too. Names and references (ECS: {name, valueFrom})
 * stay. */
static struct m2_value *conceal_all(struct walk *w, const struct m2_value *v)
{
    static const char *const stays[] = { "name", "Name", "valueFrom", "ValueFrom", "Arn", "arn", NULL };
    if (v->type == M2_ARRAY) {
        struct m2_value *out = m2_v_array(w->r.a);
        for (size_t i = 0; i < v->u.array.len; i++)
            m2_v_push(w->r.a, out, conceal_all(w, v->u.array.at[i]));
        return out;
    }
    if (v->type != M2_OBJECT)
        return conceal(w, v);
    struct m2_value *out = m2_v_object(w->r.a);
    for (size_t i = 0; i < v->u.object.len; i++) {
        const struct m2_member *m = &v->u.object.at[i];
        struct m2_value *clean =
            in(stays, m->key) ? redact_member(w, v, m->key, m->value) : conceal_all(w, m->value);
        m2_v_set(w->r.a, out, m2_redact_text(&w->r, m->key), clean);
    }
    return out;
}

static struct m2_value *redact_string(struct walk *w, const struct m2_value *v)
{
    const char *s = v->u.text.p;
    const char first = s[strspn(s, " \t\r\n")];
    struct m2_value *inner = NULL;
    struct m2_err err = { 0 };
    if ((first == '{' || first == '[') && w->nested < NESTED_JSON &&
        m2_json_parse(&inner, w->r.a, v->u.text, "text", &err) == 0) {
        w->nested++;
        struct m2_value *clean = redact(w, inner);
        w->nested--;
        return m2_v_equal(clean, inner) ? string(w, v, s) : string(w, v, m2_json_text(w->r.a, clean));
    }
    return string(w, v, m2_redact_text(&w->r, s));
}

static bool is_secret_flag(const struct m2_value *v)
{
    const char *s = v->type == M2_STRING ? v->u.text.p : NULL;
    bool strong;
    return s && s[0] == '-' && !strchr(s, '=') && m2_secret_word(s, strlen(s), &strong);
}

static struct m2_value *redact_array(struct walk *w, const struct m2_value *v)
{
    struct m2_value *out = m2_v_array(w->r.a);
    for (size_t i = 0; i < v->u.array.len; i++) {
        const struct m2_value *item = v->u.array.at[i];
        bool after_flag = i > 0 && is_secret_flag(v->u.array.at[i - 1]) && item->type == M2_STRING;
        m2_v_push(w->r.a, out, after_flag ? string(w, item, M2_REDACTED) : redact(w, item));
    }
    return out;
}

static struct m2_value *redact_again(void *user, const struct m2_value *v)
{
    return redact(user, v);
}

static struct m2_value *redact_member(struct walk *w, const struct m2_value *object, const char *key,
                                      const struct m2_value *v)
{
    if (v->type == M2_STRING && strcmp(key, "TemplateBody") == 0)
        return string(w, v, m2_redact_template(&w->r, v->u.text, redact_again, w));
    const char *pair = in(pair_values, key) ? pair_name(object) : NULL;
    bool secret =
        (w->setting && m2_secret_setting(key)) || m2_secret_member(key) || (pair && m2_secret_setting(pair));
    if (secret)
        return conceal_all(w, v);
    if (!w->r.names_stay && v->type == M2_NUMBER && v->u.text.n == 12 && m2_str_has_ci(key, "account"))
        return m2_v_string(w->r.a, m2_redact_text(&w->r, v->u.text.p));
    if (w->acl && v->type == M2_STRING && (strcmp(key, "ID") == 0 || strcmp(key, "DisplayName") == 0))
        return m2_v_string(w->r.a, m2_redact_user(&w->r, v->u.text.p));
    bool was_setting = w->setting, was_acl = w->acl;
    w->setting = v->type == M2_OBJECT && strcmp(key, "Variables") == 0;
    w->acl = w->acl || strcmp(key, "Owner") == 0 || strcmp(key, "Grants") == 0;
    struct m2_value *out = redact(w, v);
    w->setting = was_setting;
    w->acl = was_acl;
    return out;
}

static struct m2_value *redact_object(struct walk *w, const struct m2_value *v)
{
    struct m2_value *out = m2_v_object(w->r.a);
    bool was = w->r.of_organisation;
    w->r.of_organisation = was || m2_str_eq(m2_v_str(v, "service"), "organizations");
    for (size_t i = 0; i < v->u.object.len; i++) {
        const struct m2_member *m = &v->u.object.at[i];
        struct m2_value *clean = redact_member(w, v, m->key, m->value);
        m2_v_set(w->r.a, out, m2_redact_text(&w->r, m->key), clean);
    }
    w->r.of_organisation = was;
    return out;
}

static struct m2_value *redact(struct walk *w, const struct m2_value *v)
{
    switch (v->type) {
    case M2_STRING:
        return redact_string(w, v);
    case M2_ARRAY:
        return redact_array(w, v);
    case M2_OBJECT:
        return redact_object(w, v);
    case M2_NULL:
    case M2_BOOL:
    case M2_NUMBER:
        break;
    }
    return m2_v_copy(w->r.a, v);
}

struct m2_value *m2_snapshot_redact(struct m2_arena *a, const struct m2_value *root)
{
    struct walk w = { .r = { .a = a } };
    /* The account itself is number one, whatever is met first. */
    const char *account = m2_v_text(m2_v_get(root, "account"));
    if (account)
        (void)m2_redact_text(&w.r, account);
    struct m2_value *out = redact(&w, root);
    if (m2_v_is(out, M2_OBJECT))
        m2_v_set_bool(a, out, "redacted", true);
    return out;
}

struct m2_value *m2_snapshot_without_secrets(struct m2_arena *a, const struct m2_value *root)
{
    struct walk w = { .r = { .a = a, .names_stay = true } };
    return redact(&w, root);
}
