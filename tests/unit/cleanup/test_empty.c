#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "emptyfix.h"

static void fill(struct emptyfix *f, size_t n)
{
    char key[64];
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(key, sizeof key, "results/%05zu.mat", i);
        (void)fakes3_add(&f->s3, key, NULL);
    }
}

Test(empty, versions_markers_null_versions_and_uploads_all_go)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fill(&f, 2500);
    fakes3_add(&f.s3, "results/00007.mat", NULL)->marker = true;
    (void)fakes3_add(&f.s3, "results/00007.mat", "null"); /* versioning is suspended */
    (void)fakes3_add(&f.s3, "results/00008.mat", NULL);
    for (int i = 0; i < 2100; i++)
        (void)fakes3_add(&f.s3, "one/key/with/more/versions/than/a/page", NULL);
    for (int i = 0; i < 1200; i++) {
        char id[32];
        (void)snprintf(id, sizeof id, "upload%d", i);
        fakes3_add_upload(&f.s3, "big/half a\nfile.h5", id);
    }
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    emptyfix_is_empty(&f, "all kinds");
    cr_assert_eq(f.out.done.uploads, 1200);
    cr_assert_eq(f.out.done.listed, f.s3.n);
    cr_assert_eq(f.out.done.bytes, (f.s3.n - 1) * 10, "a marker has none");
    cr_assert_eq(f.s3.bypassed, 0);
    cr_assert_eq(emptyfix_run(&f), 0, "a second time");
    cr_assert(f.out.empty && !f.out.done.deleted && !f.out.done.listed);
    emptyfix_free(&f);
}

Test(empty, keys_that_xml_cannot_carry_go_by_their_url)
{
    static const char *const odd[] = { "\x01",
                                       "a\x02\x1f",
                                       "\x08\x0b\x0c\x0e",
                                       "\x7f",
                                       "tab\tnew\nline\rreturn",
                                       "\xef\xbf\xbe",
                                       "\xef\xbf\xbf",
                                       ".",
                                       "..",
                                       "../..",
                                       "a/../b",
                                       "a//b",
                                       "/",
                                       "//",
                                       "/lead",
                                       "trail/",
                                       " ",
                                       "a b",
                                       "a+b",
                                       "%",
                                       "%41",
                                       "%zz",
                                       "&amp;",
                                       "<Key>",
                                       "]]>",
                                       "\"'",
                                       "?versions",
                                       "a?b#c",
                                       "\xf0\x9f\x98\x80",
                                       "\xc2\x85",
                                       "\xe2\x80\xa8",
                                       "e\xcc\x81",
                                       "\xc3\xa9",
                                       "soap",
                                       "null",
                                       "~",
                                       "\\",
                                       "*" };
    struct emptyfix f;
    char longest[1025];
    emptyfix_init(&f);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        (void)fakes3_add(&f.s3, odd[i], i % 2 ? "null" : NULL);
    memset(longest, 'k', 1024);
    longest[1024] = '\0';
    (void)fakes3_add(&f.s3, longest, NULL);
    memset(longest, 0x03, 1024);
    (void)fakes3_add(&f.s3, longest, NULL);
    fakes3_add_upload(&f.s3, "..//\x05 +%", "id +/=");
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    emptyfix_is_empty(&f, "odd keys");
    cr_assert_eq(f.out.done.uploads, 1);
    cr_assert_eq(f.s3.deletes_asked, 1, "all others in one request");
    emptyfix_free(&f);
}

Test(empty, who_refuses_a_key_is_named_and_the_rest_goes)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fill(&f, 3000);
    for (size_t i = 0; i < f.s3.n; i++)
        f.s3.at[i].locked = i % 10 == 3;
    (void)fakes3_add(&f.s3, "locked\x01", NULL);
    f.s3.at[0].locked = true;
    f.opt.bypass_governance = true;
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    cr_assert_eq(fakes3_left(&f.s3), 301);
    cr_assert_eq(f.out.done.deleted, 2700);
    cr_assert_eq(f.out.done.failed, 301, "each once, though each was tried twice: %d",
                 (int)f.out.done.failed);
    cr_assert_eq(f.out.left.len, 100);
    cr_assert_str_eq(f.out.left.at[0].code, "AccessDenied");
    cr_assert(strstr(f.out.left.at[50].message, "Access Denied"));
    cr_assert(f.out.left.at[50].key && f.out.left.at[50].version);
    cr_assert(!f.out.empty && !f.out.gone);
    cr_assert(f.s3.bypassed > 0);
    emptyfix_free(&f);
}

Test(empty, a_bucket_that_may_not_be_emptied_says_why)
{
    static const struct {
        const char *name, *owner;
        bool mfa, no_bucket, deny_listing, deny_deleting, deny_uploads;
        int rc;
        enum m2_errc code;
        const char *says;
    } rows[] = {
        { "mfa", EMPTYFIX_OWNER, true, .rc = -1, .code = M2_EDENIED, .says = "MFA delete" },
        { "gone", EMPTYFIX_OWNER, .no_bucket = true, .says = "" },
        { "list", EMPTYFIX_OWNER, .deny_listing = true, .rc = -1, .code = M2_EDENIED,
          .says = "s3:ListBucketVersions" },
        { "uploads", EMPTYFIX_OWNER, .deny_uploads = true, .rc = -1, .code = M2_EDENIED,
          .says = "ListMultipartUploads" },
        { "delete", EMPTYFIX_OWNER, .deny_deleting = true, .rc = -1, .code = M2_EDENIED,
          .says = "refuses to delete any" },
        { "foreign", "999999999999", .rc = -1, .code = M2_EDENIED, .says = "AccessDenied" },
        { "no owner", NULL, .rc = -1, .code = M2_EBUG, .says = "owner" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct emptyfix f;
        emptyfix_init(&f);
        fill(&f, 30);
        f.opt.owner = rows[i].owner;
        f.s3.mfa = rows[i].mfa;
        f.s3.no_bucket = rows[i].no_bucket;
        f.s3.deny_listing = rows[i].deny_listing;
        f.s3.deny_deleting = rows[i].deny_deleting;
        f.s3.deny_uploads = rows[i].deny_uploads;
        cr_assert_eq(emptyfix_run(&f), rows[i].rc, "%s: %s", rows[i].name, f.err.msg);
        cr_assert_eq(f.err.code, rows[i].code, "%s: %s", rows[i].name, f.err.msg);
        cr_assert(strstr(f.err.msg, rows[i].says), "%s: %s", rows[i].name, f.err.msg);
        cr_assert_eq(f.out.gone, rows[i].no_bucket);
        cr_assert_not(f.out.empty, "%s", rows[i].name);
        cr_assert_eq(f.out.done.in_flight, 0, "%s", rows[i].name);
        cr_assert(rows[i].deny_uploads || fakes3_left(&f.s3) == 30, "%s", rows[i].name);
        cr_assert(rows[i].owner || f.s3.requests == 0, "nothing is called");
        emptyfix_free(&f);
    }
}

Test(empty, every_trouble_of_the_network_ends_in_an_empty_bucket)
{
    static const struct {
        const char *name;
        struct fakes3_chances chances;
    } rows[] = {
        { "requests lost", { .lost_before = 200 } },
        { "answers lost", { .lost_after = 200 } },
        { "500", { .error_500 = 200 } },
        { "503 SlowDown", { .slow_503 = 200 } },
        { "200 SlowDown", { .slow_200 = 200 } },
        { "no XML", { .garbage = 200 } },
        { "keys fail", { .key_error = 100 } },
        { "keys are refused", { .key_slow = 20 } },
        { "keys are not named", { .key_silent = 100 } },
        { "everything", { 30, 30, 30, 30, 30, 30, 10, 5, 10 } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned seed = 1; seed <= 2; seed++) {
            struct emptyfix f;
            emptyfix_init(&f);
            fill(&f, 700);
            (void)fakes3_add(&f.s3, "odd\x01", NULL);
            fakes3_add_upload(&f.s3, "u", "1");
            f.s3.page = 100;
            f.s3.random = f.seed = seed;
            f.s3.chances = rows[i].chances;
            cr_assert_eq(emptyfix_run(&f), 0, "%s: %s", rows[i].name, f.err.msg);
            cr_assert_eq(f.out.done.uploads <= 1, true);
            emptyfix_is_empty(&f, rows[i].name);
            emptyfix_free(&f);
        }
}

Test(empty, what_never_works_ends_with_its_own_error)
{
    static const struct {
        struct fakes3_chances chances;
        enum m2_errc code;
    } rows[] = {
        { { .lost_before = 1000 }, M2_ETIMEOUT }, { { .lost_after = 1000 }, M2_ENET },
        { { .error_500 = 1000 }, M2_ESERVICE },   { { .slow_503 = 1000 }, M2_ETHROTTLE },
        { { .garbage = 1000 }, M2_ESERVICE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct emptyfix f;
        emptyfix_init(&f);
        fill(&f, 10);
        f.s3.chances = rows[i].chances;
        cr_assert_eq(emptyfix_run(&f), -1, "row %zu", i);
        cr_assert_eq(f.err.code, rows[i].code, "row %zu: %s", i, f.err.msg);
        cr_assert(f.s3.requests < 100, "row %zu: %d requests", i, (int)f.s3.requests);
        emptyfix_free(&f);
    }
}

Test(empty, what_only_deleting_refuses_for_ever_is_given_up)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fill(&f, 500);
    f.s3.rate = 1; /* a request of 500 never fits into a burst of 1 */
    f.s3.burst = 1;
    cr_assert_eq(emptyfix_run(&f), -1);
    cr_assert_eq(f.err.code, M2_ETHROTTLE, "%s", f.err.msg);
    cr_assert(strstr(f.err.msg, "SlowDown"), "%s", f.err.msg);
    cr_assert(f.s3.refused < 40, "without a storm: %d", (int)f.s3.refused);
    emptyfix_free(&f);
}

Test(empty, objects_that_arrive_meanwhile_are_deleted_too)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fill(&f, 5000);
    f.s3.arriving = 8;
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    emptyfix_is_empty(&f, "arrivals");
    cr_assert_eq(f.s3.n, 5008);
    emptyfix_free(&f);
    emptyfix_init(&f);
    fill(&f, 10);
    f.s3.arriving = 1000000; /* a writer that does not stop */
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    cr_assert_not(f.out.empty);
    cr_assert(f.s3.deletes_asked <= 10, "bounded: %d", (int)f.s3.deletes_asked);
    emptyfix_free(&f);
}

Test(empty, cancelled_it_finishes_what_it_began_and_begins_nothing)
{
    for (uint64_t after = 1; after < 40; after += 3) {
        struct emptyfix f;
        emptyfix_init(&f);
        fill(&f, 6000);
        f.s3.page = 100;
        f.cancel_after = after;
        cr_assert_eq(emptyfix_run(&f), -1);
        cr_assert_eq(f.err.code, M2_ECANCELLED, "%s", f.err.msg);
        cr_assert(f.s3.requests <= after + 1, "%d requests after %d", (int)f.s3.requests, (int)after);
        cr_assert_eq(f.out.done.deleted, f.s3.deleted, "what was begun is known");
        cr_assert_eq(f.out.done.in_flight, 0);
        cr_assert_not(f.out.empty);
        emptyfix_free(&f);
    }
}

Test(empty, at_the_deadline_nothing_more_is_begun)
{
    struct emptyfix f;
    emptyfix_init(&f);
    fill(&f, 6000);
    f.s3.page = 100;
    f.s3.rate = 500;
    f.s3.burst = 500;
    f.opt.deadline_mono_ms = f.sys.mono_ms + 3000;
    cr_assert_eq(emptyfix_run(&f), -1);
    cr_assert_eq(f.err.code, M2_ETIMEOUT, "%s", f.err.msg);
    cr_assert(f.out.done.deleted >= 500 && f.out.done.deleted == f.s3.deleted, "%d", (int)f.out.done.deleted);
    cr_assert((int64_t)f.s3.last_ms <= f.opt.deadline_mono_ms);
    cr_assert(f.sys.mono_ms < f.opt.deadline_mono_ms + 1100, "%d ms late",
              (int)(f.sys.mono_ms - f.opt.deadline_mono_ms));
    emptyfix_free(&f);
}

struct seen {
    unsigned calls;
    uint64_t deleted;
};

static void on_progress(void *user, const struct m2_empty_progress *p)
{
    struct seen *s = user;
    cr_assert(p->deleted >= s->deleted && p->deleted <= p->listed, "%d of %d", (int)p->deleted,
              (int)p->listed);
    s->deleted = p->deleted;
    s->calls++;
}

Test(empty, progress_is_told_ten_times_a_second_and_at_the_end)
{
    struct emptyfix f;
    struct seen seen = { 0 };
    emptyfix_init(&f);
    fakes3_make(&f.s3, 30000);
    f.s3.rate = 5000;
    f.s3.burst = 5000;
    f.opt.progress = on_progress;
    f.opt.user = &seen;
    int64_t began = f.sys.mono_ms;
    cr_assert_eq(emptyfix_run(&f), 0, "%s", f.err.msg);
    emptyfix_is_empty(&f, "progress");
    cr_assert_eq(seen.deleted, 30000);
    cr_assert(seen.calls > 20 && seen.calls <= (unsigned)(f.sys.mono_ms - began) / 100 + 2, "%u in %d ms",
              seen.calls, (int)(f.sys.mono_ms - began));
    emptyfix_free(&f);
}
