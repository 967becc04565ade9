/* The fields of a computing unit: reading and writing one. */
#include <ctype.h>
#include <string.h>

#include "brain/unit.h"

#define ACCOUNT_DIGITS 12

static const struct m2_unit_row rows[M2_UNIT_FIELDS] = {
    [M2_UNIT_APP] = { "appName", "application", "brain.unit-missing", false },
    [M2_UNIT_MODE] = { "mode", "mode", "brain.mode", false },
    [M2_UNIT_PROVIDER] = { "provider", "provider", "brain.provider", false },
    [M2_UNIT_ACCOUNT] = { "awsAccountId", "AWS account", "brain.account", false },
    [M2_UNIT_REGION] = { "region", "region", "brain.region", false },
    [M2_UNIT_STATE_MACHINE] = { "stateMachineArn", "state machine", "brain.state-machine", false },
    [M2_UNIT_RESULTS] = { "resultsBucket", "results bucket", "brain.bucket", false },
    [M2_UNIT_FAILED] = { "failedBucket", "failed bucket", "brain.bucket", false },
    [M2_UNIT_DATA] = { "dataBucket", "data bucket", "brain.bucket", false },
    [M2_UNIT_DEFAULT] = { "isDefault", "default unit", "brain.is-default", true },
    [M2_UNIT_ALIAS] = { "alias", "alias", "brain.alias", true },
    [M2_UNIT_ROLE] = { "crossAccountRoleArn", "cross-account role", "brain.role", false },
    [M2_UNIT_EXTERNAL_ID] = { "externalId", "external id", "brain.external-id", false },
    [M2_UNIT_LOGO] = { "logo", "logo", "brain.alias", true },
    [M2_UNIT_LOGO_POSITION] = { "logoPosition", "logo position", "brain.alias", true },
    [M2_UNIT_ENDPOINT] = { "apiEndpoint", "worker endpoint", "brain.state-machine", false },
};

/* Further names of a field, first one that is there counts. */
static const struct {
    const char *key;
    enum m2_unit_field field;
} also[] = {
    { "app", M2_UNIT_APP },
    { "accountId", M2_UNIT_ACCOUNT },
    { "awsRegion", M2_UNIT_REGION },
    { "roleArn", M2_UNIT_ROLE },
};

const struct m2_unit_row *m2_unit_rows(void)
{
    return rows;
}

bool m2_brain_key_is(const char *key, const char *name)
{
    for (;; key++, name++) {
        while (*key == '_' || *key == '-')
            key++;
        if (tolower((unsigned char)*key) != tolower((unsigned char)*name))
            return false;
        if (!*key)
            return true;
    }
}

const struct m2_value *m2_brain_member(const struct m2_value *v, const char *name)
{
    if (!m2_v_is(v, M2_OBJECT))
        return NULL;
    const struct m2_value *exact = m2_v_get(v, name);
    for (size_t i = 0; !exact && i < v->u.object.len; i++)
        if (m2_brain_key_is(v->u.object.at[i].key, name))
            exact = v->u.object.at[i].value;
    return m2_v_is(exact, M2_NULL) ? NULL : exact;
}

/* Strings and numbers as they stand, booleans as words; NULL for the rest and for "". */
static const char *text_of(const struct m2_value *v)
{
    if (m2_v_is(v, M2_BOOL))
        return v->u.boolean ? "true" : "false";
    const char *s = m2_v_text(v);
    return m2_str_empty(s) ? NULL : s;
}

const char *m2_brain_text(const struct m2_value *v, const char *name)
{
    return text_of(m2_brain_member(v, name));
}

const char *m2_unit_mode(struct m2_arena *a, const char *text)
{
    static const char *const modes[] = { "mode_1", "mode_2" };
    if (!text)
        return NULL;
    char plain[16];
    size_t n = 0;
    for (const char *s = text; *s; s++)
        if (!isspace((unsigned char)*s) && *s != '_' && *s != '-' && n + 1 < sizeof plain)
            plain[n++] = *s;
    plain[n] = '\0';
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (m2_brain_key_is(modes[i], plain))
            return modes[i];
    return m2_arena_strdup(a, text);
}

/* A server that keeps account ids as numbers has lost their leading zeros. */
static const char *account(struct m2_arena *a, const char *s)
{
    size_t n = s ? strlen(s) : 0;
    if (!n || n >= ACCOUNT_DIGITS || strspn(s, "0123456789") != n)
        return s;
    return m2_arena_printf(a, "%.*s%s", (int)(ACCOUNT_DIGITS - n), "000000000000", s);
}

static const char *first_of(const struct m2_value *v, const char *const *names)
{
    const char *found = NULL;
    for (; *names && !found; names++)
        found = m2_brain_text(v, *names);
    return found;
}

void m2_unit_read(struct m2_unit *out, struct m2_arena *a, const struct m2_value *v)
{
    static const char *const ids[] = { "computingUnitId", "id", NULL };
    static const char *const times[] = { "createdAt", "created", "creationDate", NULL };
    struct m2_unit u = { .id = first_of(v, ids), .created = first_of(v, times) };
    for (size_t i = 0; i < M2_UNIT_FIELDS; i++)
        u.at[i] = m2_brain_text(v, rows[i].key);
    for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
        if (!u.at[also[i].field])
            u.at[also[i].field] = m2_brain_text(v, also[i].key);
    if (!u.at[M2_UNIT_APP])
        u.app_id = m2_brain_text(v, "appId");
    u.at[M2_UNIT_MODE] = m2_unit_mode(a, u.at[M2_UNIT_MODE]);
    u.at[M2_UNIT_ACCOUNT] = account(a, u.at[M2_UNIT_ACCOUNT]);
    u.has_api_key = m2_brain_member(v, "apiKey") != NULL;
    *out = u;
}

static void put(struct m2_arena *a, struct m2_value *v, const struct m2_unit *u, enum m2_unit_field f)
{
    const char *s = u->at[f];
    if (m2_str_empty(s))
        return;
    if (f == M2_UNIT_DEFAULT)
        m2_v_set_bool(a, v, rows[f].key, m2_str_eq(s, "true"));
    else
        m2_v_set_str(a, v, rows[f].key, s);
}

struct m2_value *m2_unit_payload(struct m2_arena *a, const struct m2_unit *u)
{
    struct m2_value *v = m2_v_object(a);
    for (int f = 0; f < M2_UNIT_FIELDS; f++)
        put(a, v, u, (enum m2_unit_field)f);
    return v;
}

struct m2_value *m2_unit_to_value(struct m2_arena *a, const struct m2_unit *u)
{
    struct m2_value *v = m2_v_object(a);
    if (u->id)
        m2_v_set_str(a, v, "computingUnitId", u->id);
    for (int f = 0; f < M2_UNIT_FIELDS; f++)
        put(a, v, u, (enum m2_unit_field)f);
    if (u->app_id)
        m2_v_set_str(a, v, "appId", u->app_id);
    if (u->has_api_key)
        m2_v_set_str(a, v, "apiKey", "(hidden)");
    if (u->created)
        m2_v_set_str(a, v, "createdAt", u->created);
    return v;
}
