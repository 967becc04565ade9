#include <stdlib.h>
#include <string.h>

#include "cleanup/empty.h"
#include "cleanup/empty_split.h"

#define RANGES_MAX 16
#define WORTH_A_SPLIT 3 /* pages */

static struct m2_empty_range *range_new(struct m2_emptier *e, const char *at, char *end)
{
    struct m2_empty_range *r = m2_xcalloc(1, sizeof *r);
    *r = (struct m2_empty_range){ .next = e->ranges, .e = e, .at = m2_empty_keep(at), .end = end };
    e->ranges = r;
    e->n_ranges++;
    return r;
}

static void range_free(struct m2_empty_range *r)
{
    m2_arena_free(r->call);
    m2_arena_free(r->cut_call);
    free(r->at);
    free(r->version);
    free(r->end);
    free(r->cut);
    free(r->held_key);
    free(r->held_version);
    free(r);
}

void m2_empty_list_start(struct m2_emptier *e)
{
    (void)range_new(e, NULL, NULL);
}

void m2_empty_list_free(struct m2_emptier *e)
{
    for (struct m2_empty_range *r = e->ranges, *next; r; r = next) {
        next = r->next;
        range_free(r);
    }
    free(e->origin);
    e->origin = NULL;
    e->ranges = NULL;
    e->n_ranges = e->lists = 0;
}

/* ---- a page ---- */

static bool inside(const struct m2_empty_range *r, const char *key)
{
    int behind = r->at ? strcmp(key, r->at) : 1;
    return (behind > 0 || (behind == 0 && r->version)) && (!r->end || strcmp(key, r->end) <= 0);
}

struct reading {
    struct m2_empty_range *range;
    struct m2_empty_page *page;
    struct m2_empty_item *items;
    size_t n;
    const char *first, *last; /* of the keys inside, in their order */
    bool past;                /* a key behind the range was there */
};

static int read_one(struct reading *in, const struct m2_value *v, struct m2_err *err)
{
    struct m2_empty_range *r = in->range;
    const struct m2_value *named = m2_v_get(v, "Key");
    const char *key = m2_v_text(named), *version = m2_v_str(v, "VersionId");
    if (!key || m2_str_empty(version))
        return m2_fail(err, M2_EPROTO, "bucket %s: S3 listed %s without its %s", r->e->opt->bucket,
                       m2_str_or(key, "something"), key ? "version" : "key");
    if (!inside(r, key)) {
        in->past = in->past || (r->end && strcmp(key, r->end) > 0);
        return 0;
    }
    struct m2_empty_item *item = &in->items[in->n];
    item->key = m2_arena_strdup(in->page->arena, key);
    item->version = m2_arena_strdup(in->page->arena, version);
    int64_t size = m2_v_int_or(v, "Size", 0);
    item->size = size > 0 ? (uint64_t)size : 0;
    r->e->round_listed++;
    if (named->u.text.n != strlen(key)) { /* cut at the NUL it would be another key */
        m2_empty_keep_left(r->e, item, "KeyHasNul", "the key holds a NUL character");
        return 0;
    }
    in->n++;
    if (!in->first || strcmp(item->key, in->first) < 0)
        in->first = item->key;
    if (!in->last || strcmp(item->key, in->last) > 0)
        in->last = item->key;
    return 0;
}

/* Move R behind the page; done when there is no more, or none inside. */
static int advance(struct m2_empty_range *r, const struct reading *in, const struct m2_value *output,
                   struct m2_err *err)
{
    const char *at = m2_v_str(output, "NextKeyMarker"), *version = m2_v_str(output, "NextVersionIdMarker");
    r->done = in->past || !m2_v_bool_or(output, "IsTruncated", false);
    if (r->done)
        return 0;
    if (m2_str_empty(at) || (r->at && strcmp(at, r->at) < 0) ||
        (m2_str_eq(at, r->at) && m2_str_eq(m2_str_empty(version) ? NULL : version, r->version)))
        return m2_fail(err, M2_EPROTO,
                       "bucket %s: there is another page of versions, but the marker to it does not go on",
                       r->e->opt->bucket);
    r->done = r->end && strcmp(at, r->end) > 0;
    char *next = m2_empty_keep(at), *next_version = m2_empty_keep(version);
    free(r->at);
    free(r->version);
    r->at = next;
    r->version = next_version;
    return 0;
}

static void try_split(struct m2_empty_range *r, const char *first, const char *last);

/* The version that the next page is asked by stays until that page is there: nobody promises that a deleted
 * one still marks a place. */
static void hold(struct reading *in)
{
    struct m2_empty_range *r = in->range;
    for (size_t i = 0; i < in->n; i++) {
        struct m2_empty_item *item = &in->items[i];
        if (!m2_str_eq(item->version, r->version) || !m2_str_eq(item->key, r->at))
            continue;
        r->held_key = m2_xstrdup(item->key);
        r->held_version = m2_xstrdup(item->version);
        r->held_size = item->size;
        *item = in->items[--in->n];
        return;
    }
}

static void release(struct reading *in)
{
    struct m2_empty_range *r = in->range;
    if (!r->held_key)
        return;
    in->items[in->n++] =
        (struct m2_empty_item){ m2_arena_strdup(in->page->arena, r->held_key),
                                m2_arena_strdup(in->page->arena, r->held_version), r->held_size };
    free(r->held_key);
    free(r->held_version);
    r->held_key = r->held_version = NULL;
}

static int read_page(struct m2_empty_range *r, const struct m2_value *output, struct m2_err *err)
{
    static const char *const lists[] = { "DeleteMarkers", "Versions" }; /* no marker is the last of its key */
    struct m2_emptier *e = r->e;
    struct reading in = { .range = r, .page = m2_xcalloc(1, sizeof *in.page) };
    const struct m2_value *v;
    int rc = 0;
    in.page->arena = m2_arena_new();
    in.items =
        m2_arena_new_array(in.page->arena, struct m2_empty_item,
                           1 + m2_v_len(m2_v_get(output, lists[0])) + m2_v_len(m2_v_get(output, lists[1])));
    release(&in);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        m2_v_each(v, k, m2_v_get(output, lists[i])) rc = rc < 0 ? rc : read_one(&in, v, err);
    if (rc == 0)
        rc = advance(r, &in, output, err);
    if (rc == 0 && !r->done)
        hold(&in);
    if (rc == 0 && !r->done && in.first)
        try_split(r, in.first, in.last);
    uint64_t listed = e->deleted_before + e->round_listed;
    e->out->done.listed = listed > e->out->done.listed ? listed : e->out->done.listed;
    m2_empty_enqueue(e, in.page, M2_EMPTY_BATCH, in.items, rc == 0 ? in.n : 0);
    return rc;
}

/* ---- asking ---- */

static void ask(struct m2_empty_range *r);

static void ask_again(void *user)
{
    struct m2_empty_range *r = user;
    r->e->timers--;
    r->asked = false;
    r->e->lists--;
    m2_empty_pump(r->e);
}

static void on_page(void *user, const struct m2_aws_answer *answer)
{
    struct m2_empty_range *r = user;
    struct m2_emptier *e = r->e;
    struct m2_err err = { 0 };
    if (m2_empty_answered(e, answer))
        return;
    if (answer->status == M2_AWS_OK) {
        r->asked = false;
        r->tries = 0;
        e->lists--;
        if (read_page(r, answer->output, &err) < 0)
            m2_empty_stop(e, &err);
    } else {
        (void)m2_empty_again(e, &r->tries, answer, ask_again, r);
    }
    m2_arena_free(r->call);
    r->call = NULL;
    m2_empty_pump(e);
}

static struct m2_value *list_input(struct m2_arena *a, const char *at, const char *version)
{
    struct m2_value *input = m2_v_object(a);
    if (at)
        m2_v_set_str(a, input, "KeyMarker", at);
    if (version) {
        m2_v_set_str(a, input, "VersionIdMarker", version);
        m2_v_set_int(a, input, "MaxKeys", M2_EMPTY_MOST - 1); /* and the held one */
    }
    return input;
}

static void ask(struct m2_empty_range *r)
{
    r->asked = true;
    r->e->lists++;
    r->call = m2_arena_new();
    m2_empty_call(r->e, r->call, "ListObjectVersions", list_input(r->call, r->at, r->version), false, on_page,
                  r);
}

/* ---- more ranges ---- */

static void look(struct m2_empty_range *r);

static void look_again(void *user)
{
    struct m2_empty_range *r = user;
    r->e->timers--;
    if (!r->e->stopping)
        look(r);
}

/* The cut is the end of R from now on, and what was found behind it the first page of another range. R's own
 * pages may have passed the cut meanwhile: then it comes too late. */
static void split(struct m2_empty_range *r, const struct m2_value *output)
{
    struct m2_err err = { 0 };
    if (r->done || (r->at && strcmp(r->at, r->cut) >= 0))
        return;
    struct m2_empty_range *behind = range_new(r->e, r->cut, r->end);
    r->end = r->cut;
    r->cut = NULL;
    if (read_page(behind, output, &err) < 0)
        m2_empty_stop(r->e, &err);
}

static void on_look(void *user, const struct m2_aws_answer *answer)
{
    struct m2_empty_range *r = user;
    struct m2_emptier *e = r->e;
    if (m2_empty_answered(e, answer))
        return;
    if (answer->status != M2_AWS_OK && m2_empty_again(e, &r->cut_tries, answer, look_again, r))
        return;
    e->lists--;
    if (answer->status == M2_AWS_OK)
        split(r, answer->output);
    free(r->cut);
    r->cut = NULL;
    m2_arena_free(r->cut_call);
    r->cut_call = NULL;
    m2_empty_pump(e);
}

static void look(struct m2_empty_range *r)
{
    m2_arena_free(r->cut_call);
    r->cut_call = m2_arena_new();
    m2_empty_call(r->e, r->cut_call, "ListObjectVersions", list_input(r->cut_call, r->cut, NULL), false,
                  on_look, r);
}

/* Only while the listing is what holds up the deleting. */
static void try_split(struct m2_empty_range *r, const char *first, const char *last)
{
    struct m2_emptier *e = r->e;
    struct m2_arena *a;
    if (r->cut || e->stopping || e->n_ranges >= RANGES_MAX || !m2_empty_has_room(e) ||
        m2_empty_pages_ahead(first, last, r->end) < WORTH_A_SPLIT ||
        e->queued + e->out->done.in_flight >= (size_t)e->pace.window)
        return;
    if (!e->origin)
        e->origin = m2_empty_keep(first);
    a = m2_arena_new();
    r->cut = m2_empty_keep(m2_empty_split(a, e->origin, strcmp(r->at, last) > 0 ? r->at : last, r->end));
    m2_arena_free(a);
    r->cut_tries = 0;
    if (!r->cut)
        return;
    e->lists++;
    look(r);
}

void m2_empty_list_pump(struct m2_emptier *e)
{
    for (struct m2_empty_range **link = &e->ranges, *r; (r = *link) != NULL;) {
        if (r->done && !r->asked && !r->cut) {
            *link = r->next;
            e->n_ranges--;
            range_free(r);
            continue;
        }
        if (!r->done && !r->asked && m2_empty_has_room(e))
            ask(r);
        link = &r->next;
    }
}
