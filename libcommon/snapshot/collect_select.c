#include <string.h>

#include "m2/str.h"
#include "snapshot/collect.h"

/* Which ids belong to an area: those with one of these first words. */
static const struct {
    const char *area, *word;
} areas[] = {
    { "identity", "identity" }, { "network", "net" },     { "images", "image" },
    { "lambda", "lambda" },     { "fargate", "fargate" }, { "fargate", "task" },
    { "template", "template" }, { "stack", "stack" },     { "workflow", "workflow" },
    { "access", "access" },     { "storage", "storage" }, { "registration", "brain" },
};

static bool word_is(const char *id, const char *word)
{
    size_t n = strlen(word);
    return strncmp(id, word, n) == 0 && (id[n] == '.' || id[n] == '\0');
}

bool m2_collect_wants(const char *want, const char *id)
{
    if (strcmp(want, id) == 0)
        return true;
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        bool in_area = word_is(id, areas[i].word) || strcmp(id, areas[i].area) == 0;
        /* A whole area is asked for, or the row serves the whole area. */
        if (strcmp(want, areas[i].area) == 0 && in_area)
            return true;
        if (strcmp(id, areas[i].area) == 0 && word_is(want, areas[i].word))
            return true;
    }
    return false;
}

static bool row_wanted(const struct m2_collect_row *row, const char *const *checks)
{
    for (const char *const *want = row->pub.checks; *want; want++)
        for (const char *const *id = checks; *id; id++)
            if (m2_collect_wants(*want, *id))
                return true;
    return false;
}

static bool is_source(const struct m2_collect_row *row, const char *operation)
{
    size_t n = strlen(row->pub.service);
    return !row->leaf && strncmp(operation, row->pub.service, n) == 0 && operation[n] == ':' &&
           strcmp(operation + n + 1, row->pub.operation) == 0;
}

void m2_collect_select(bool *chosen, const char *const *checks)
{
    size_t n;
    const struct m2_collect_row *rows = m2_collect_rows(M2_READ_CHECKS, &n);
    for (size_t i = 0; i < n; i++)
        chosen[i] = !checks || row_wanted(&rows[i], checks) || strcmp(rows[i].pub.service, "sts") == 0;
    for (bool grown = true; grown;) {
        grown = false;
        for (size_t i = 0; i < n; i++)
            for (const char *const *op = rows[i].pub.after; chosen[i] && *op; op++)
                for (size_t k = 0; k < n; k++)
                    if (!chosen[k] && is_source(&rows[k], *op))
                        grown = chosen[k] = true;
    }
}
