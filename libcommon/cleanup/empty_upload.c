#include <stdlib.h>
#include <string.h>

#include "cleanup/empty.h"

void m2_empty_uploads_start(struct m2_emptier *e)
{
    e->uploads = (struct m2_empty_uploads){ .e = e };
}

void m2_empty_uploads_free(struct m2_emptier *e)
{
    m2_arena_free(e->uploads.call);
    free(e->uploads.at);
    free(e->uploads.id);
    e->uploads = (struct m2_empty_uploads){ .e = e };
}

static int advance(struct m2_empty_uploads *u, const struct m2_value *output, struct m2_err *err)
{
    const char *at = m2_v_str(output, "NextKeyMarker"), *id = m2_v_str(output, "NextUploadIdMarker");
    u->done = !m2_v_bool_or(output, "IsTruncated", false);
    if (u->done)
        return 0;
    if (m2_str_empty(at) || (m2_str_eq(at, u->at) && m2_str_eq(m2_str_empty(id) ? NULL : id, u->id)))
        return m2_fail(err, M2_EPROTO,
                       "bucket %s: there is another page of uploads, but the marker to it does not go on",
                       u->e->opt->bucket);
    char *next = m2_empty_keep(at), *next_id = m2_empty_keep(id);
    free(u->at);
    free(u->id);
    u->at = next;
    u->id = next_id;
    return 0;
}

static void read_page(struct m2_empty_uploads *u, const struct m2_value *output)
{
    struct m2_emptier *e = u->e;
    const struct m2_value *uploads = m2_v_get(output, "Uploads"), *v;
    struct m2_empty_page *page = m2_xcalloc(1, sizeof *page);
    size_t n = 0;
    page->arena = m2_arena_new();
    struct m2_empty_item *items = m2_arena_new_array(page->arena, struct m2_empty_item, m2_v_len(uploads));
    m2_v_each(v, i, uploads)
    {
        const struct m2_value *key = m2_v_get(v, "Key");
        if (!m2_v_text(key) || !m2_v_str(v, "UploadId"))
            continue;
        items[n].key = m2_arena_strdup(page->arena, m2_v_text(key));
        items[n].version = m2_arena_strdup(page->arena, m2_v_str(v, "UploadId"));
        e->round_uploads++;
        if (key->u.text.n != strlen(items[n].key))
            m2_empty_keep_left(e, &items[n], "KeyHasNul", "the key holds a NUL character");
        else
            n++;
    }
    m2_empty_enqueue(e, page, M2_EMPTY_ABORT, items, n);
}

static void ask_again(void *user)
{
    struct m2_empty_uploads *u = user;
    u->e->timers--;
    u->asked = false;
    u->e->lists--;
    m2_empty_pump(u->e);
}

static void on_page(void *user, const struct m2_aws_answer *answer)
{
    struct m2_empty_uploads *u = user;
    struct m2_emptier *e = u->e;
    struct m2_err err = { 0 };
    if (m2_empty_answered(e, answer))
        return;
    if (answer->status == M2_AWS_OK) {
        u->asked = false;
        u->tries = 0;
        e->lists--;
        if (advance(u, answer->output, &err) < 0)
            m2_empty_stop(e, &err);
        read_page(u, answer->output);
    } else {
        (void)m2_empty_again(e, &u->tries, answer, ask_again, u);
    }
    m2_arena_free(u->call);
    u->call = NULL;
    m2_empty_pump(e);
}

void m2_empty_uploads_pump(struct m2_emptier *e)
{
    struct m2_empty_uploads *u = &e->uploads;
    if (u->done || u->asked || !m2_empty_has_room(e))
        return;
    u->asked = true;
    e->lists++;
    u->call = m2_arena_new();
    struct m2_value *input = m2_v_object(u->call);
    if (u->at)
        m2_v_set_str(u->call, input, "KeyMarker", u->at);
    if (u->id)
        m2_v_set_str(u->call, input, "UploadIdMarker", u->id);
    m2_empty_call(e, u->call, "ListMultipartUploads", input, false, on_page, u);
}
