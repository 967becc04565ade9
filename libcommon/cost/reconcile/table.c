/* What is looked up by name: lines, tasks, kinds of usage; and a line's days. */
#include <stdlib.h>
#include <string.h>

#include "cost/reconcile/parts.h"
#include "m2/str.h"

#define LAST_DAY INT64_C(84006) /* 2200-01-01 */
#define MOST_KINDS 20000        /* of usage that have a sum of their own */

int m2_rec_slot(struct rec_slot **out, struct rec_days *d, int64_t day, struct m2_err *err)
{
    if (day < 0 || day > LAST_DAY)
        return m2_fail(err, M2_EINPUT, "a time before 1970 or after 2200; is it wrong?");
    if (!d->n)
        d->first = day;
    int64_t first = day < d->first ? day : d->first, end = d->first + (int64_t)d->n;
    size_t n = (size_t)((day < end ? end : day + 1) - first), before = (size_t)(d->first - first);
    if (n > d->cap) {
        d->cap = n * 2;
        d->at = m2_xrealloc(d->at, d->cap * sizeof *d->at);
    }
    if (n > d->n) {
        memmove(d->at + before, d->at, d->n * sizeof *d->at);
        memset(d->at, 0, before * sizeof *d->at);
        memset(d->at + before + d->n, 0, (n - before - d->n) * sizeof *d->at);
        d->n = n;
        d->first = first;
    }
    *out = &d->at[day - d->first];
    return 0;
}

struct rec_line *m2_rec_line(struct m2_reconcile *r, struct m2_bytes region, const char *key)
{
    for (size_t i = 0; i < r->lines.len; i++)
        if (strcmp(r->lines.at[i].key, key) == 0 && strlen(r->lines.at[i].region) == region.n &&
            memcmp(r->lines.at[i].region, region.p, region.n) == 0)
            return &r->lines.at[i];
    struct rec_line line = { .region = m2_arena_strndup(r->arena, region.p, region.n),
                             .key = m2_arena_strdup(r->arena, key) };
    m2_vec_push(r->arena, &r->lines, line);
    return &r->lines.at[r->lines.len - 1];
}

/* ---- an index of hashes: open addressing, 1 + the place in a list ---- */

static uint64_t hash(uint64_t h, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * UINT64_C(1099511628211); /* FNV-1a */
    return (h ^ 0xff) * UINT64_C(1099511628211);
}
#define HASH_BEGIN UINT64_C(14695981039346656037)

static void insert(struct rec_index *index, uint64_t h, size_t place)
{
    size_t i = (size_t)h & (index->size - 1);
    while (index->at[i].place)
        i = (i + 1) & (index->size - 1);
    index->at[i] = (struct rec_entry){ h, place };
    index->n++;
}

static void index_add(struct rec_index *index, uint64_t h, size_t place)
{
    if (index->n * 2 >= index->size) {
        struct rec_index larger = { .size = index->size ? index->size * 2 : 1024 };
        larger.at = m2_xcalloc(larger.size, sizeof *larger.at);
        for (size_t i = 0; i < index->size; i++)
            if (index->at[i].place)
                insert(&larger, index->at[i].hash, index->at[i].place);
        free(index->at);
        *index = larger;
    }
    insert(index, h, place);
}

/* The next place with hash H from *I on, 0 behind the last. */
static size_t next_place(const struct rec_index *index, uint64_t h, size_t *i)
{
    if (!index->size)
        return 0;
    for (;; ++*i) {
        const struct rec_entry *e = &index->at[*i & (index->size - 1)];
        if (!e->place)
            return 0;
        if (e->hash == h) {
            ++*i;
            return e->place;
        }
    }
}

struct rec_task *m2_rec_task(struct m2_reconcile *r, struct m2_bytes id, bool make)
{
    const char *slash = id.n ? memrchr(id.p, '/', id.n) : NULL; /* arn:aws:ecs:…:task/cluster/ID */
    if (slash)
        id = (struct m2_bytes){ slash + 1, id.n - (size_t)(slash + 1 - id.p) };
    if (!id.n)
        return NULL;
    uint64_t h = hash(HASH_BEGIN, id.p, id.n);
    size_t at = (size_t)h;
    for (size_t place; (place = next_place(&r->task_index, h, &at)) != 0;) {
        struct rec_task *t = &r->tasks.at[place - 1];
        if (strncmp(t->id, id.p, id.n) == 0 && !t->id[id.n])
            return t;
    }
    if (!make)
        return NULL;
    struct rec_task t = { .id = m2_arena_strndup(r->arena, id.p, id.n),
                          .first_day = INT64_MAX,
                          .last_day = INT64_MIN };
    m2_vec_push(r->arena, &r->tasks, t);
    index_add(&r->task_index, h, r->tasks.len);
    return &r->tasks.at[r->tasks.len - 1];
}

static void add_kind(struct m2_reconcile *r, const char *service, const char *usage_type, const char *region)
{
    struct m2_usage_match match = m2_usage_match(service, usage_type);
    struct rec_kind kind = { .service = m2_arena_strdup(r->arena, service),
                             .usage_type = m2_arena_strdup(r->arena, usage_type),
                             .region = m2_arena_strdup(r->arena, region),
                             .title = m2_str_or(match.title, ""),
                             .resource = "",
                             .per_task = match.per_task,
                             .line = REC_NO_LINE };
    if (match.key) {
        const char *where = m2_str_or(region, m2_str_or(match.region, "us-east-1"));
        struct rec_line *line = m2_rec_line(r, m2_bytes_of(where), match.key);
        line->title = match.title;
        line->per_task = match.per_task;
        kind.line = (size_t)(line - r->lines.at);
        kind.key = match.key;
    }
    m2_vec_push(r->arena, &r->kinds, kind);
}

struct rec_kind *m2_rec_kind(struct m2_reconcile *r, const char *service, const char *usage_type,
                             const char *region)
{
    uint64_t h = hash(hash(hash(HASH_BEGIN, service, strlen(service)), usage_type, strlen(usage_type)),
                      region, strlen(region));
    size_t at = (size_t)h;
    for (size_t place; (place = next_place(&r->kind_index, h, &at)) != 0;) {
        struct rec_kind *k = &r->kinds.at[place - 1];
        if (strcmp(k->service, service) == 0 && strcmp(k->usage_type, usage_type) == 0 &&
            strcmp(k->region, region) == 0)
            return k;
    }
    if (r->kinds.len > MOST_KINDS && *usage_type && !m2_usage_match(service, usage_type).key)
        return m2_rec_kind(r, "", "", ""); /* the rest together */
    add_kind(r, service, usage_type, region);
    index_add(&r->kind_index, h, r->kinds.len);
    return &r->kinds.at[r->kinds.len - 1];
}
