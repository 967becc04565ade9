#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup/empty.h"
#include "cleanup/empty_split.h"
#include "emptyfix.h"

Test(empty_keys, a_split_lies_between)
{
    static const struct {
        const char *origin, *last, *end, *split;
    } rows[] = {
        { "jobs/01", "jobs/7f", NULL, "jobs0" },     /* behind all of "jobs/" */
        { "jobs/01", "jobs/7f", "jobs0", "jobs/[" }, /* the middle of what follows '7' */
        { "jobs/01", "jobs/7f", "jobs/[", "jobs/I" },
        { "a", "a", NULL, "b" },
        { "a", "a", "b", "a@" },
        { "a", "a", "a\x01", NULL }, /* nothing between */
        { "\xc3\xa9", "\xc3\xa9z", NULL, "\xc3\xaa" },
        { "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", NULL, "\xf4\x8f\xbf\xbf@" },
        { "\xed\x9f\xbf", "\xed\x9f\xbf", NULL, "\xee\x80\x80" }, /* not into the surrogates */
        { "\xff", "\xff", NULL, NULL },
        { "a", "b", "\xff", NULL },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *at = m2_empty_split(a, rows[i].origin, rows[i].last, rows[i].end);
        cr_assert(m2_str_eq(at, rows[i].split), "row %zu: %s", i, m2_str_or(at, "none"));
    }
    m2_arena_free(a);
}

Test(empty_keys, what_xml_can_carry)
{
    static const struct {
        const char *key;
        bool fits;
    } rows[] = { { "a/b c", true },           { "\t\n\r", true }, { "\x7f\xc2\x85", true },
                 { "\x1f", false },           { "a\x01", false }, { "\xef\xbf\xbf", false },
                 { "\xef\xbf\xbd", true },    { "\xc3", false },  { "\xed\xa0\x80", false },
                 { "\xf0\x9f\x98\x80", true } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_assert_eq(m2_empty_fits_xml(rows[i].key), rows[i].fits, "row %zu", i);
}

static unsigned seed;

static unsigned dice(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Characters at the borders of UTF-8's lengths, of XML and of ASCII. */
static const char *const letters[] = { "\x01",
                                       "\x1f",
                                       " ",
                                       "/",
                                       "0",
                                       "9",
                                       "A",
                                       "Z",
                                       "a",
                                       "a",
                                       "a",
                                       "b",
                                       "z",
                                       "~",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xc3\xa9",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbd",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf0\x9f\x98\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "\n",
                                       "+",
                                       "%" };

static void random_key(char *out, unsigned most, unsigned alphabet)
{
    unsigned n = 1 + dice(most);
    *out = '\0';
    for (unsigned i = 0; i < n; i++)
        strcat(out, letters[alphabet ? 8 + dice(alphabet) : dice(sizeof letters / sizeof letters[0])]);
}

Test(empty_keys, a_split_of_any_keys_is_inside_and_is_unicode)
{
    struct m2_arena *a = m2_arena_new();
    unsigned found = 0;
    for (seed = 1; found < 20000;) {
        char k[3][64], *first = k[0], *last = k[1], *end = k[2];
        for (int i = 0; i < 3; i++)
            random_key(k[i], 1 + dice(6), dice(2) ? 5 : 0);
        if (strcmp(first, last) > 0 || strcmp(last, end) >= 0)
            continue;
        const char *at = m2_empty_split(a, first, last, dice(4) ? end : NULL);
        found++;
        if (!at)
            continue;
        cr_assert(strcmp(at, last) > 0 && m2_utf8_valid(at, strlen(at)), "after %s: %s", last, at);
    }
    m2_arena_free(a);
}

static bool has_key(const struct fakes3 *s, const char *key)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->at[i].key, key) == 0)
            return true;
    return false;
}

/* Sets of keys of every shape, few or many a page, answers in any order: all are deleted, each once. */
Test(empty_keys, whatever_the_keys_and_pages_each_is_deleted_once)
{
    unsigned ranges = 0;
    for (unsigned round = 1; round <= 150; round++) {
        struct emptyfix f;
        char key[512], prefix[128] = "";
        emptyfix_init(&f);
        seed = round;
        f.seed = f.s3.random = round;
        unsigned n = dice(round % 10 ? 120 : 1500), most = 1 + dice(8), alphabet = dice(3) ? 1 + dice(8) : 0;
        if (dice(3) == 0)
            random_key(prefix, 12, 0);
        for (unsigned i = 0; i < n; i++) {
            strcpy(key, prefix);
            random_key(key + strlen(prefix), most, alphabet);
            bool known = has_key(&f.s3, key);
            fakes3_add(&f.s3, key, !known && dice(8) == 0 ? "null" : NULL)->marker = dice(5) == 0;
        }
        f.s3.page = 1 + dice(dice(2) ? 5 : 200);
        f.net.longest_ms = 1 + dice(60);
        f.opt.max_in_flight = dice(2) ? 1 + dice(4) : 0;
        cr_assert_eq(emptyfix_run(&f), 0, "round %u: %s", round, f.err.msg);
        emptyfix_is_empty(&f, m2_arena_printf(f.arena, "round %u", round));
        ranges += f.net.most_at_once > 6;
        emptyfix_free(&f);
    }
    cr_assert(ranges > 20, "the runs were parallel: %u", ranges);
}

Test(empty_keys, many_keys_are_listed_by_several_at_once)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fakes3_make(&f.s3, 60000);
    f.s3.page = 200;
    f.net.longest_ms = 100;
    int64_t began = f.sys.mono_ms;
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    emptyfix_is_empty(&f, "many");
    int64_t took = f.sys.mono_ms - began;
    cr_log_info("300 pages in %d ms, %d lists", (int)took, (int)f.s3.lists);
    cr_assert(took < 300 * 50 / 4, "one after the other were 15 s: %d ms", (int)took);
    cr_assert(f.s3.lists < 300 + 120, "few look-ups for the splits: %d", (int)f.s3.lists);
    emptyfix_free(&f);
}
