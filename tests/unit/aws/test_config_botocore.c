/* The same files read by botocore 1.44.5 (its full_config, kept in data/expected.json) and by us. */
#include <criterion/criterion.h>

#include "aws/config_files.h"
#include "m2/json.h"
#include "testsys.h"

#define DATA M2_SOURCE_DIR "/tests/unit/aws/data/"

static struct m2_value *keys_of(struct m2_arena *a, struct m2_value *to, const struct m2_ini_section *s)
{
    for (size_t i = 0; s && i < s->keys.len; i++) {
        const struct m2_ini_key *k = &s->keys.at[i];
        struct m2_value *nested = m2_v_object(a);
        for (size_t n = 0; n < k->nested.len; n++)
            m2_v_set_str(a, nested, k->nested.at[n].name, k->nested.at[n].value);
        m2_v_set(a, to, k->name, k->nested.len ? nested : m2_v_string(a, k->value));
    }
    return to;
}

static void check(const char *name, const char *what, const struct m2_value *ours,
                  const struct m2_value *theirs, struct m2_arena *a)
{
    cr_assert(m2_v_equal(ours, theirs), "%s, %s: %s", name, what, m2_json_text(a, ours));
}

static void compare(struct m2_arena *a, const char *name, const struct m2_value *expected)
{
    const char *const env[] = { "AWS_CONFIG_FILE", m2_arena_printf(a, DATA "%s.config", name),
                                "AWS_SHARED_CREDENTIALS_FILE",
                                m2_arena_printf(a, DATA "%s.credentials", name), NULL };
    struct testsys t;
    struct m2_awsconfig c;
    struct m2_err err = { 0 };
    testsys_init(&t, env);
    cr_assert_eq(m2_awsconfig_load(&c, a, &t.sys, NULL, &err), 0, "%s: %s", name, err.msg);
    struct m2_value *profiles = m2_v_object(a), *sessions = m2_v_object(a), *services = m2_v_object(a);
    for (size_t i = 0; i < c.config.sections.len; i++) {
        const struct m2_ini_section *s = &c.config.sections.at[i];
        struct m2_value *to = m2_str_eq(s->type, "sso-session")                                ? sessions
                              : m2_str_eq(s->type, "services")                                 ? services
                              : m2_str_eq(s->type, "profile") || m2_str_eq(s->name, "default") ? profiles
                                                                                               : NULL;
        if (to)
            m2_v_set(a, to, s->name, keys_of(a, m2_v_object(a), s));
    }
    for (size_t i = 0; i < c.credentials.sections.len; i++) {
        const struct m2_ini_section *s = &c.credentials.sections.at[i];
        if (!m2_v_get(profiles, s->name))
            m2_v_set(a, profiles, s->name, m2_v_object(a));
        (void)keys_of(a, m2_v_get(profiles, s->name), s);
    }
    check(name, "profiles", profiles, m2_v_get(expected, "profiles"), a);
    check(name, "sso sessions", sessions, m2_v_get(expected, "sso_sessions"), a);
    check(name, "services", services, m2_v_get(expected, "services"), a);
}

Test(config_botocore, same_values)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_read_file(&root, a, DATA "expected.json", &err), 0, "%s", err.msg);
    cr_assert_eq(m2_v_len(root), 24);
    for (size_t i = 0; i < m2_v_len(root); i++)
        compare(a, root->u.object.at[i].key, root->u.object.at[i].value);
    m2_arena_free(a);
}
