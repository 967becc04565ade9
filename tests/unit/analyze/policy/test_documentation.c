/* The examples of AWS's documentation, and what it says that they allow. The policies, requests and verdicts
 * are data: documentation/ beside this file, where each names its page. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "m2/json.h"
#include "m2/str.h"
#include "policyrows.h"

#define FOLDER M2_SOURCE_DIR "/tests/unit/analyze/policy/documentation"
#define AT_LEAST 250

/* One case is a list: what is asked, action, resource, request as in policyrows.h, verdict, and what it rests
 * on: "2" the second statement ("1.2": of the first policy), a kind of policy for want of an Allow, or a key.
 */
enum { ASKED, ACTION, RESOURCE, REQUEST, VERDICT, RESTS_ON, N_COLUMNS };

static const char *const verdicts[] = {
    [M2_DENIED] = "denied", [M2_CANNOT_TELL] = "cannot tell", [M2_ALLOWED] = "allowed"
};
static const char *const kinds[M2_POLICY_KIND_COUNT] = { "identity",     "boundary", "session",
                                                         "organisation", "endpoint", "resource" };

static enum m2_policy_kind kind_of(const char *text)
{
    size_t k = 0;
    while (k < M2_POLICY_KIND_COUNT && !m2_str_eq(kinds[k], text))
        k++;
    cr_assert_lt(k, M2_POLICY_KIND_COUNT, "no kind of policy: %s", text);
    return (enum m2_policy_kind)k;
}

/* POLICIES of an example: lists of kind, document and, for organisations, level. */
static void add_policies(struct policy_case *c, const struct m2_value *policies)
{
    const struct m2_value *item = NULL;
    m2_v_each(item, i, policies)
    {
        struct m2_policy p = { .kind = kind_of(m2_v_text(m2_v_at(item, 0))),
                               .level = m2_str_or(m2_v_text(m2_v_at(item, 2)), "0")[0] - '0',
                               .document = m2_v_at(item, 1),
                               .path = "" };
        m2_vec_push(c->arena, &c->policies.list, p);
    }
}

/* What V rests on, in the words of the column RESTS_ON. */
static const char *rests_on(struct policy_case *c, const struct m2_verdict *v)
{
    size_t n = c->policies.list.len;
    if (v->decision == M2_CANNOT_TELL)
        return m2_str_or(v->key, "");
    if (v->decision == M2_DENIED && !v->by_deny)
        return kinds[v->kind];
    if (!v->policy)
        return "";
    return n == 1 ? m2_arena_printf(c->arena, "%zu", v->statement + 1)
                  : m2_arena_printf(c->arena, "%zu.%zu", (size_t)(v->policy - c->policies.list.at) + 1,
                                    v->statement + 1);
}

static void run_case(const struct m2_value *example, const struct m2_value *row)
{
    struct policy_case c;
    const char *cell[N_COLUMNS], *page = m2_v_str(example, "page");
    cr_assert_eq(m2_v_len(row), N_COLUMNS, "%s: a case of %zu columns", page, m2_v_len(row));
    for (size_t i = 0; i < N_COLUMNS; i++)
        cell[i] = m2_v_text(m2_v_at(row, i));
    char request[2000];
    snprintf(request, sizeof request, "%s%s%s", m2_str_or(m2_v_str(example, "request"), ""),
             m2_str_empty(cell[REQUEST]) || !m2_v_get(example, "request") ? "" : ";",
             m2_str_or(cell[REQUEST], ""));
    policy_case_begin(&c, cell[ACTION], cell[RESOURCE], request);
    add_policies(&c, m2_v_get(example, "policies"));
    struct m2_verdict v = policy_case_ask(&c);
    const char *by = rests_on(&c, &v);
    cr_expect_str_eq(verdicts[v.decision], cell[VERDICT], "%s: %s: is %s (%s), not %s", page, cell[ASKED],
                     verdicts[v.decision], m2_verdict_text(c.arena, &v), cell[VERDICT]);
    cr_expect(m2_str_empty(cell[RESTS_ON]) || m2_str_eq(by, cell[RESTS_ON]),
              "%s: %s: rests on \"%s\", not \"%s\"", page, cell[ASKED], by, cell[RESTS_ON]);
    policy_case_close(&c);
}

static size_t run_file(struct m2_arena *a, const char *name)
{
    struct m2_err err = { 0 };
    struct m2_value *root = NULL;
    const struct m2_value *example = NULL, *row = NULL;
    const char *path = m2_arena_printf(a, FOLDER "/%s", name);
    size_t n = 0;
    cr_assert_eq(m2_json_read_file(&root, a, path, &err), 0, "%s: %s", name, err.msg);
    m2_v_each(example, i, root)
    {
        const char *page = m2_v_str(example, "page");
        cr_assert(page && m2_str_starts(page, "https://docs.aws.amazon.com/"),
                  "%s: an example without its page", name);
        m2_v_each(row, k, m2_v_get(example, "cases"))
        {
            run_case(example, row);
            n++;
        }
    }
    cr_expect_gt(n, 0, "%s has no cases", name);
    return n;
}

Test(policy_documentation, examples_of_aws_say_what_the_documentation_says)
{
    struct m2_arena *a = m2_arena_new();
    DIR *folder = opendir(FOLDER);
    size_t n = 0;
    cr_assert(folder, FOLDER);
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (m2_str_ends(entry->d_name, ".json"))
            n += run_file(a, entry->d_name);
    closedir(folder);
    cr_expect_geq(n, AT_LEAST, "%zu cases", n);
    m2_arena_free(a);
}
