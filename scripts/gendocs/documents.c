/* The committed documents that are written from tables: checks, credentials, rights. */
#include "gendocs.h"
#include "m2/check.h"
#include "m2/collect.h"
#include "m2/creds.h"
#include "m2/model.h"
#include "m2/str.h"

static void add_list(struct m2_buf *out, const char *label, const char *const *items, const char *quote)
{
    if (!items || !*items)
        return;
    m2_buf_addf(out, "**%s:** ", label);
    for (size_t i = 0; items[i]; i++)
        m2_buf_addf(out, "%s%s%s%s", i ? ", " : "", quote, items[i], quote);
    m2_buf_adds(out, "\n\n");
}

static void add_causes(struct m2_buf *out, const struct m2_check *c)
{
    if (!c->causes || !*c->causes)
        return;
    m2_buf_adds(out, "| cause | usually | what it means | fix |\n|---|---|---|---|\n");
    for (const char *const *slug = c->causes; *slug; slug++) {
        const struct m2_cause *cause = m2_cause_find(*slug);
        if (cause)
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", *slug, m2_status_name(cause->status),
                        cause->title, m2_str_or(cause->why, ""), m2_str_or(cause->fix, ""));
        else
            m2_buf_addf(out, "| `%s` | | every cause of this family, listed at the end | |\n", *slug);
    }
    m2_buf_addc(out, '\n');
}

static bool in_a_check(const char *slug)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *s = checks[i].causes; s && *s; s++)
            if (m2_str_eq(*s, slug))
                return true;
    return false;
}

void gendocs_checks(struct m2_buf *out)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    const char *area = NULL;
    m2_buf_adds(
        out,
        "# The checks of m2-doctor\n\nGenerated from the check table by `scripts/update-docs.sh`; the same "
        "text is printed by `m2-doctor --explain ID`.\n");
    for (size_t i = 0; i < n; i++) {
        const struct m2_check *c = &checks[i];
        if (!m2_str_eq(area, c->area))
            m2_buf_addf(out, "\n## %s\n", c->area);
        area = c->area;
        m2_buf_addf(out, "\n### %s\n\n%s.\n\n**Why:** %s\n\n**How it is found:** %s\n\n**Fix:** %s\n\n",
                    c->id, c->title, c->why, c->how, c->fix);
        add_list(out, "Rights", c->rights, "`");
        add_list(out, "Sources", c->sources, "");
        add_causes(out, c);
    }
    m2_buf_adds(out, "\n## Causes that several checks share\n\n| cause | usually | what it means | fix "
                     "|\n|---|---|---|---|\n");
    const struct m2_cause *causes = m2_causes(&n);
    for (size_t i = 0; i < n; i++)
        if (!in_a_check(causes[i].slug))
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", causes[i].slug,
                        m2_status_name(causes[i].status), causes[i].title, m2_str_or(causes[i].why, ""),
                        m2_str_or(causes[i].fix, ""));
}

void gendocs_credentials(struct m2_buf *out)
{
    size_t n;
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    m2_buf_adds(
        out,
        "# Where credentials come from\n\nGenerated from the table of sources by `scripts/update-docs.sh`. "
        "The order is the AWS CLI's. A source that has nothing to say is passed over; one that is set up "
        "but refused ends the search, so that no other identity is used by accident. `m2-doctor "
        "--explain-config` names the one that is used.\n\n| | source | reads |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++)
        m2_buf_addf(out, "| %zu | `%s` | %s |\n", i + 1, sources[i].name, sources[i].about);
    m2_buf_adds(out, "\nA profile's `source_profile` may itself use");
    for (size_t i = 0, named = 0; i < n; i++)
        if (sources[i].in_profile)
            m2_buf_addf(out, "%s `%s`", named++ ? "," : "", sources[i].name);
    m2_buf_adds(out, ", or another role.\n");
}

/* Row I is the first with its IAM action. */
static bool first_of_action(struct m2_arena *a, const struct m2_collector_row *rows, size_t i)
{
    const char *action = m2_model_iam_action(a, rows[i].service, rows[i].operation);
    for (size_t k = 0; k < i; k++)
        if (m2_str_eq(action, m2_model_iam_action(a, rows[k].service, rows[k].operation)))
            return false;
    return true;
}

static void add_calls(struct m2_buf *out, struct m2_arena *a, const struct m2_collector_row *rows, size_t n)
{
    m2_buf_adds(out, "| service | operation | IAM action |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || (m2_str_eq(rows[i].service, rows[k].service) &&
                            m2_str_eq(rows[i].operation, rows[k].operation));
        if (!seen)
            m2_buf_addf(out, "| %s | %s | `%s` |\n", rows[i].service, rows[i].operation,
                        m2_model_iam_action(a, rows[i].service, rows[i].operation));
    }
}

static void add_policy(struct m2_buf *out, struct m2_arena *a, const struct m2_collector_row *rows, size_t n)
{
    m2_buf_adds(
        out, "```json\n{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Effect\": \"Allow\",\n"
             "    \"Resource\": \"*\",\n    \"Action\": [");
    for (size_t i = 0, named = 0; i < n; i++)
        if (first_of_action(a, rows, i))
            m2_buf_addf(out, "%s\n      \"%s\"", named++ ? "," : "",
                        m2_model_iam_action(a, rows[i].service, rows[i].operation));
    m2_buf_adds(out, "\n    ]\n  }]\n}\n```\n");
}

static const struct {
    const char *reads, *policy;
} rights_texts[M2_READING_COUNT] = {
    [M2_READ_CHECKS] = { "# What m2-doctor reads\n\nGenerated from the collector table by "
                         "`scripts/update-docs.sh`: every "
                         "call that a run may make, and the IAM action that allows it. Apart from fetching "
                         "credentials (CREDENTIALS.md), and CloudMR Brain's login and list of units where "
                         "an address and a login are given, nothing else is called, and none of it writes. "
                         "A run makes only the calls whose inputs exist and whose checks were chosen. What "
                         "m2-verify's test job needs besides is in [VERIFY](VERIFY.md).\n\n",
                         "\n## The smallest policy\n\nAttach it to whoever runs m2-doctor, if "
                         "`ReadOnlyAccess` is too "
                         "much:\n\n" },
    [M2_READ_HISTORY] = { "\n# What m2-cost history reads\n\nFrom its own table: what ran, how large it was "
                          "and how long. Of "
                          "histories, tasks, definitions and functions only that is kept; inputs, outputs, "
                          "environments and log "
                          "texts of jobs never reach a snapshot. The same rights serve `forecast --history` "
                          "and `reconcile "
                          "--history`. A right that is missing is named in the report with what it means for "
                          "the figures.\n\n",
                          "\n## The smallest policy for m2-cost history\n\n" },
    [M2_READ_CLEANUP] = { "\n# What m2-cleanup reads\n\nFrom its own table: what the stack owns, what proves "
                          "it, how "
                          "much is in it and what runs. Of buckets the versions are counted, page by page; "
                          "no key is "
                          "kept. What it needs to delete is in [CLEANUP.md](CLEANUP.md).\n\n",
                          "\n## The smallest policy for the plan of m2-cleanup\n\n" },
};

void gendocs_rights(struct m2_buf *out)
{
    struct m2_arena *a = m2_arena_new();
    for (int reading = 0; reading < M2_READING_COUNT; reading++) {
        size_t n;
        const struct m2_collector_row *rows = m2_collectors((enum m2_reading)reading, &n);
        m2_buf_adds(out, rights_texts[reading].reads);
        add_calls(out, a, rows, n);
        m2_buf_adds(out, rights_texts[reading].policy);
        add_policy(out, a, rows, n);
    }
    m2_arena_free(a);
}
