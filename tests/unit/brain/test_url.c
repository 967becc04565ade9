/* The address of Brain: what is taken, what it becomes, what is refused. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/brain.h"

static const struct {
    const char *given, *base; /* NULL: refused */
    const char *says;
} rows[] = {
    { "https://brain.aws.cloudmrhub.com", "https://brain.aws.cloudmrhub.com/Prod", NULL },
    { "https://brain.aws.cloudmrhub.com/", "https://brain.aws.cloudmrhub.com/Prod", NULL },
    { "brain.aws.cloudmrhub.com", "https://brain.aws.cloudmrhub.com/Prod", NULL },
    { "https://f41j488v7j.execute-api.us-east-1.amazonaws.com/Prod",
      "https://f41j488v7j.execute-api.us-east-1.amazonaws.com/Prod", NULL },
    { "https://h.example/Prod/", "https://h.example/Prod", NULL },
    { "https://h.example/Prod/api", "https://h.example/Prod", NULL },
    { "https://h.example/Prod/api/", "https://h.example/Prod", NULL },
    { "https://h.example/Prod/api/auth/login", "https://h.example/Prod", NULL },
    { "https://h.example/api", "https://h.example", NULL }, /* explicit: no stage */
    { "https://h.example/Dev", "https://h.example/Dev", NULL },
    { "https://h.example/apistage/v1/api", "https://h.example/apistage/v1", NULL },
    { "  https://H.Example:8443/Prod \n", "https://h.example:8443/Prod", NULL },
    { "HTTPS://h.example/Prod", "https://h.example/Prod", NULL },
    { "http://127.0.0.1:8080/Prod", "http://127.0.0.1:8080/Prod", NULL },
    { "http://localhost:8080", "http://localhost:8080/Prod", NULL },
    { "http://[::1]:8080/Prod", "http://[::1]:8080/Prod", NULL },
    { "http://h.example/Prod", NULL, "in clear" },
    { "http://127.0.0.1.evil.example/Prod", NULL, "in clear" },
    { "http://localhost.evil.example/Prod", NULL, "in clear" },
    { "ftp://h.example", NULL, "only https" },
    { "https://me:hunter2@h.example/Prod", NULL, "user or password" },
    { "https://", NULL, "names no host" },
    { "https:///Prod", NULL, "names no host" },
    { "https://h.example:port/Prod", NULL, "names no host" },
    { "https://h.example/Prod?x=1", NULL, "only a path" },
    { "https://h.example/Prod/#top", NULL, "only a path" },
    { "https://h.example/Pr od", NULL, "only a path" },
    { "https://h exa/Prod", NULL, "names no host" },
    { "1]:1/Prod", NULL, "names no host" }, /* these two by fuzzing */
    { "https://h.example/Pr@d", NULL, "only a path" },
    { "https://[::1/Prod", NULL, "names no host" },
    { "", NULL, "empty" },
};

Test(url, what_people_paste)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        const char *base = NULL;
        int rc = m2_brain_url(&base, a, rows[i].given, &err);
        if (rows[i].base) {
            cr_assert_eq(rc, 0, "%s: %s", rows[i].given, err.msg);
            cr_assert_str_eq(base, rows[i].base, "%s gave %s", rows[i].given, base);
            const char *again = NULL;
            cr_assert_eq(m2_brain_url(&again, a, base, &err), 0);
            if (strcmp(rows[i].given, "https://h.example/api") != 0)
                cr_assert_str_eq(again, base, "normal form of %s", base);
        } else {
            cr_assert(rc < 0 && err.code == M2_EUSAGE && !base, "%s gave %s", rows[i].given, base);
            cr_assert(strstr(err.msg, rows[i].says), "%s: %s", rows[i].given, err.msg);
            cr_assert(!strstr(err.msg, "hunter2"), "%s", err.msg);
        }
        m2_arena_free(a);
    }
}
