#include "analyze/failure/catalogue.h"

#include <string.h>

#include "analyze/failure/pattern.h"
#include "m2/str.h"

const char *m2_failure_find(const struct m2_failure_row *rows, struct m2_arena *a, const char *text)
{
    const char *folded = m2_failure_fold(a, text);
    for (; rows->slug; rows++)
        if (m2_failure_match(rows->pattern, folded))
            return rows->slug;
    return NULL;
}

/* What follows MARK in TEXT, up to one of STOPS; NULL when MARK is not there. */
static const char *after(struct m2_arena *a, const char *text, const char *mark, const char *stops)
{
    const char *at = strstr(text, mark);
    if (!at)
        return NULL;
    at += strlen(mark);
    size_t n = strcspn(at, stops);
    while (n && (at[n - 1] == '.' || at[n - 1] == ','))
        n--;
    return n ? m2_arena_strndup(a, at, n) : NULL;
}

/* The tail of a denial → the layer that has to change. */
static const struct m2_failure_row layers[] = {
    { "a Deny of the organisation (service control policy): its administrator must lift it",
      "explicit deny in a service control policy|no service control policy allows" },
    { "a Deny of the organisation (resource control policy): its administrator must lift it",
      "explicit deny in a resource control policy|no resource control policy allows" },
    { "the permissions boundary of the role or user", "permissions boundary" },
    { "the policy of a VPC endpoint", "VPC endpoint policy" },
    { "the session policy with which the role was assumed", "session policy" },
    { "the trust policy of the role", "role trust policy" },
    { "a Deny in a policy of the resource", "explicit deny in a resource-based policy" },
    { "the policy of the resource", "no resource-based policy allows" },
    { "a Deny in a policy of the user or role", "explicit deny in an identity-based policy" },
    { "the policies of the user or role: none allows it", "no identity-based policy allows" },
    { NULL, NULL },
};

bool m2_failure_denial(struct m2_denial *out, struct m2_arena *a, const char *text)
{
    const char *t = m2_failure_fold(a, text);
    struct m2_denial d = {
        .principal = after(a, t, "User: ", " "),
        .action = after(a, t, "is not authorized to perform: ", " "),
        .resource = after(a, t, "on resource: ", " "),
        .layer = m2_failure_find(layers, a, t),
    };
    if (!d.action)
        d.action = after(a, t, "is not authorized to perform ", " ");
    if (!d.action && m2_str_has_ci(t, "not authorized"))
        d.action =
            after(a, t, "API: ", " "); /* CloudFormation's own prefix: "API: ec2:CreateVpc You are not" */
    d.encoded = after(a, t, "Encoded authorization failure message: ", " ");
    if (!d.action && !d.encoded)
        return false;
    *out = d;
    return true;
}

const char *m2_failure_denial_fix(struct m2_arena *a, const struct m2_denial *d, const char *who)
{
    if (!d->action)
        return m2_arena_printf(
            a, "Decode the message: it names the action and the resource that %s may not use.",
            m2_str_or(d->principal, who));
    return m2_arena_printf(a, "Allow %s%s%s to %s%s%s.", d->action, d->resource ? " on " : "",
                           m2_str_or(d->resource, ""), m2_str_or(d->principal, who),
                           d->layer ? "; what must change: " : "", m2_str_or(d->layer, ""));
}
