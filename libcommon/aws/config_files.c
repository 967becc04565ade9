/*
 * aws/config_files.c — the two shared files: where they are, reading them, the profile's place in each.
 */
#include "aws/config_files.h"

#include <string.h>

#include "m2/buf.h"
#include "m2/file.h"
#include "m2/str.h"

#define MAX_FILE ((size_t)8 << 20)

/* Length of the variable's name at P (after '$'), and of the whole "${NAME}" or "NAME". */
static size_t variable(const char *p, const char **name, size_t *name_len)
{
    static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    bool braces = *p == '{';
    *name = p + braces;
    *name_len = strspn(*name, word);
    if (braces && (*name)[*name_len] != '}')
        *name_len = 0;
    return *name_len ? *name_len + (braces ? 2 : 0) : 0;
}

const char *m2_config_expand(struct m2_arena *a, const struct m2_sys *sys, const char *path)
{
    struct m2_buf b;
    m2_buf_init(&b, 65536);
    const char *home = m2_env(sys, "HOME"), *p = path;
    if (home && p[0] == '~' && (p[1] == '/' || p[1] == '\0')) {
        m2_buf_adds(&b, home);
        p++;
    }
    for (; *p; p++) {
        const char *name;
        size_t name_len, whole = *p == '$' ? variable(p + 1, &name, &name_len) : 0;
        const char *value = whole ? m2_env(sys, m2_arena_strndup(a, name, name_len)) : NULL;
        if (value) {
            m2_buf_adds(&b, value);
            p += whole;
        } else {
            m2_buf_addc(&b, *p);
        }
    }
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

const char *m2_config_home_file(struct m2_arena *a, const struct m2_sys *sys, const char *name)
{
    const char *home = m2_env(sys, "HOME");
    if (!home)
        return NULL;
    size_t n = strlen(home);
    while (n > 1 && home[n - 1] == '/')
        n--;
    return m2_arena_printf(a, "%.*s/%s", (int)(n == 1 && home[0] == '/' ? 0 : n), home, name);
}

static const char *path_of(struct m2_awsconfig *c, struct m2_arena *a, const char *variable_name,
                           const char *name)
{
    const char *named = m2_env(c->sys, variable_name);
    return named ? m2_config_expand(a, c->sys, named) : m2_config_home_file(a, c->sys, name);
}

void m2_config_paths(struct m2_awsconfig *c, struct m2_arena *a)
{
    c->config_path = path_of(c, a, "AWS_CONFIG_FILE", ".aws/config");
    c->credentials_path = path_of(c, a, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
}

static int read_file(struct m2_ini *out, struct m2_awsconfig *c, struct m2_arena *a, const char *path,
                     const char *variable_name, struct m2_err *err)
{
    if (!path) {
        *out = (struct m2_ini){ .path = "" };
        return 0;
    }
    struct m2_err why = { 0 };
    struct m2_bytes text;
    struct m2_arena *raw = m2_arena_new(); /* the text of a credentials file does not stay */
    int rc = m2_file_read(&text, raw, path, MAX_FILE, &why);
    if (rc == 0) {
        rc = m2_ini_parse(out, a, text, path, err);
    } else if (why.code == M2_ENOTFOUND) {
        *out = (struct m2_ini){ .path = path };
        if (m2_env(c->sys, variable_name))
            m2_vec_push(a, &c->warnings,
                        m2_arena_printf(a, "%s names %s, which does not exist", variable_name, path));
        rc = 0;
    } else {
        (void)m2_fail(err, M2_ECONFIG, "%s", why.msg);
    }
    m2_arena_free_wiped(raw);
    return rc;
}

/* People write [NAME] into the config file and wonder why the profile is not there. */
static void warn_of_lost_sections(struct m2_awsconfig *c, struct m2_arena *a)
{
    for (size_t i = 0; i < c->config.sections.len; i++) {
        const struct m2_ini_section *s = &c->config.sections.at[i];
        if (*s->type || m2_str_eq(s->name, "default") || m2_str_eq(s->name, "plugins") ||
            m2_str_eq(s->name, "preview"))
            continue;
        struct m2_buf b;
        m2_buf_init(&b, 400);
        m2_term_clean(&b, s->name, true);
        m2_vec_push(
            a, &c->warnings,
            m2_arena_printf(a, "%s:%d: [%.80s] is not a profile; in this file it is written [profile %.80s]",
                            c->config_path, s->line, b.data, b.data));
        m2_buf_free(&b);
    }
}

int m2_config_read_files(struct m2_awsconfig *c, struct m2_arena *a, struct m2_err *err)
{
    if (read_file(&c->config, c, a, c->config_path, "AWS_CONFIG_FILE", err) < 0 ||
        read_file(&c->credentials, c, a, c->credentials_path, "AWS_SHARED_CREDENTIALS_FILE", err) < 0)
        return -1;
    const struct m2_ini *both[] = { &c->config, &c->credentials };
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; i < both[f]->warnings.len; i++)
            m2_vec_push(a, &c->warnings, both[f]->warnings.at[i]);
    warn_of_lost_sections(c, a);
    return 0;
}

void m2_config_choose_profile(struct m2_awsconfig *c)
{
    static const struct {
        const char *name, *source;
    } variables[] = { { "AWS_PROFILE", "environment AWS_PROFILE" },
                      { "AWS_DEFAULT_PROFILE", "environment AWS_DEFAULT_PROFILE" } };
    c->profile_setting = (struct m2_setting){ "profile", "default", "default" };
    c->profile_from_flag = !m2_str_empty(c->flags.profile);
    if (c->profile_from_flag) {
        c->profile_setting = (struct m2_setting){ "profile", c->flags.profile, "--profile" };
    } else {
        for (size_t i = 0; i < 2; i++) {
            const char *value = m2_env(c->sys, variables[i].name);
            if (!value)
                continue;
            c->profile_setting = (struct m2_setting){ "profile", value, variables[i].source };
            break;
        }
    }
    c->profile = c->profile_setting.value;
}

const struct m2_ini_section *m2_config_section(const struct m2_awsconfig *c, const char *profile)
{
    const struct m2_ini_section *s = m2_ini_section(&c->config, "profile", profile);
    return s || !m2_str_eq(profile, "default") ? s : m2_ini_section(&c->config, "", "default");
}

const struct m2_ini_section *m2_credentials_section(const struct m2_awsconfig *c, const char *profile)
{
    return m2_ini_section(&c->credentials, "", profile);
}

bool m2_config_is_true(const char *value)
{
    return value && m2_str_eq_ci(value, "true");
}
