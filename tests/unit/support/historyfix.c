#include "historyfix.h"

#include <criterion/criterion.h>
#include <string.h>

#include "networld.h"

struct past past_since(const char *calls, int64_t since_ms)
{
    struct past w = { .a = m2_arena_new() };
    struct m2_buf text;
    m2_buf_init(&text, (size_t)1 << 22);
    m2_buf_addf(&text,
                "{'schema':'m2-snapshot/1','collected_at':'" COLLECTED "','region':'us-east-1','calls':[%s]}",
                calls);
    struct m2_value *root = world_json(w.a, text.data);
    m2_buf_free(&text);
    cr_assert_not_null(root);
    cr_assert_eq(m2_snapshot_from_value(&w.s, w.a, root, "test", &w.err), 0, "%s", w.err.msg);
    w.rc = m2_history_read(&w.h, w.a, &w.s, since_ms, &w.err);
    return w;
}

struct past past_of(const char *calls)
{
    struct past w = past_since(calls, 0);
    cr_assert_eq(w.rc, 0, "%s", w.err.msg);
    return w;
}

bool past_says(const struct past *w, const char *text)
{
    for (size_t i = 0; i < w->h.unseen.len; i++)
        if (strstr(w->h.unseen.at[i], text))
            return true;
    for (size_t i = 0; i < w->h.told.len; i++)
        if (strstr(w->h.told.at[i], text))
            return true;
    return false;
}

const char *past_said(const struct past *w)
{
    const char *all = "";
    for (size_t i = 0; i < w->h.unseen.len; i++)
        all = m2_arena_printf(w->a, "%s\n%s", all, w->h.unseen.at[i]);
    return all;
}
