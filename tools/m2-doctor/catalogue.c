/* --list-checks and --explain: the tables of checks and causes, for people and for programs. */
#include <string.h>

#include "doctor.h"
#include "m2/check.h"
#include "m2/json.h"
#include "m2/str.h"

/* TEXT folded at WIDTH, every line behind INDENT. */
static void add_folded(struct m2_buf *out, const char *text, int width, int indent)
{
    size_t room = width > indent + 20 ? (size_t)(width - indent) : 20, used = 0;
    while (text && *text) {
        size_t n = strcspn(text, " ");
        if (used && used + 1 + n > room) {
            m2_buf_addc(out, '\n');
            used = 0;
        }
        if (used)
            m2_buf_addc(out, ' ');
        else
            m2_buf_addf(out, "%*s", indent, "");
        used += n + (used > 0);
        m2_buf_add(out, text, n);
        text += n + strspn(text + n, " ");
    }
    m2_buf_addc(out, '\n');
}

static void add_part(struct m2_buf *out, const char *heading, const char *text, int width)
{
    if (m2_str_empty(text))
        return;
    m2_buf_addf(out, "\n%s\n", heading);
    add_folded(out, text, width, 4);
}

static void add_list(struct m2_buf *out, const char *heading, const char *const *items)
{
    m2_buf_addf(out, "\n%s\n%s", heading, items && *items ? "" : "    none\n");
    for (; items && *items; items++)
        m2_buf_addf(out, "    %s\n", *items);
}

static struct m2_value *strings(struct m2_arena *a, const char *const *items)
{
    struct m2_value *list = m2_v_array(a);
    for (; items && *items; items++)
        m2_v_push(a, list, m2_v_string(a, *items));
    return list;
}

static struct m2_value *check_value(struct m2_arena *a, const struct m2_check *c)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "id", c->id);
    m2_v_set_str(a, v, "area", c->area);
    m2_v_set_str(a, v, "title", c->title);
    m2_v_set_str(a, v, "why", c->why);
    m2_v_set_str(a, v, "how", c->how);
    m2_v_set_str(a, v, "fix", c->fix);
    m2_v_set_bool(a, v, "essential", c->essential);
    m2_v_set(a, v, "rights", strings(a, c->rights));
    m2_v_set(a, v, "causes", strings(a, c->causes));
    m2_v_set(a, v, "sources", strings(a, c->sources));
    return v;
}

/* SLUG itself, or the family it is of ("task.*"). */
static bool can_find(const struct m2_check *check, const char *slug)
{
    for (const char *const *cause = check->causes; cause && *cause; cause++) {
        size_t stem = strcspn(*cause, "*");
        if (m2_str_eq(*cause, slug) || ((*cause)[stem] && strncmp(*cause, slug, stem) == 0))
            return true;
    }
    return false;
}

/* The checks that can find a cause, the rights they need and where its facts come from; each NULL-ended. */
struct finders {
    const struct m2_check **checks;
    const char **rights, **sources;
};

/* ITEMS behind what is in LIST, each once. LIST has room. */
static void add_new(const char **list, const char *const *items)
{
    for (; items && *items; items++) {
        size_t n = 0;
        while (list[n] && !m2_str_eq(list[n], *items))
            n++;
        list[n] = *items;
    }
}

static size_t length(const char *const *items)
{
    size_t n = 0;
    while (items && items[n])
        n++;
    return n;
}

/* A cause without a source of its own has those of its checks. */
static struct finders find_finders(struct m2_arena *a, const struct m2_cause *c)
{
    size_t n, found = 0, rights = 1, sources = 2;
    const struct m2_check *all = m2_checks(&n);
    struct finders f = { .checks = m2_arena_new_array(a, const struct m2_check *, n + 1) };
    for (size_t i = 0; i < n; i++)
        if (can_find(&all[i], c->slug)) {
            f.checks[found++] = &all[i];
            rights += length(all[i].rights);
            sources += length(all[i].sources);
        }
    f.rights = m2_arena_new_array(a, const char *, rights);
    f.sources = m2_arena_new_array(a, const char *, sources);
    f.sources[0] = c->docs;
    for (size_t i = 0; i < found; i++) {
        add_new(f.rights, f.checks[i]->rights);
        if (!c->docs)
            add_new(f.sources, f.checks[i]->sources);
    }
    return f;
}

static struct m2_value *found_by(struct m2_arena *a, const struct finders *f)
{
    struct m2_value *list = m2_v_array(a);
    for (const struct m2_check **check = f->checks; *check; check++) {
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "id", (*check)->id);
        m2_v_set_str(a, v, "how", (*check)->how);
        m2_v_push(a, list, v);
    }
    return list;
}

static struct m2_value *cause_value(struct m2_arena *a, const struct m2_cause *c)
{
    struct finders f = find_finders(a, c);
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "cause", c->slug);
    m2_v_set_str(a, v, "status", m2_status_name(c->status));
    m2_v_set_str(a, v, "title", c->title);
    m2_v_set_str(a, v, "why", c->why);
    m2_v_set_str(a, v, "fix", c->fix);
    m2_v_set(a, v, "docs", m2_v_string(a, c->docs));
    m2_v_set(a, v, "found_by", found_by(a, &f));
    m2_v_set(a, v, "rights", strings(a, f.rights));
    m2_v_set(a, v, "sources", strings(a, f.sources));
    return v;
}

static bool wants_json(const struct doctor_args *args)
{
    return m2_str_eq(args->common.format, "json");
}

static void write_document(struct m2_buf *out, const struct m2_value *v)
{
    m2_json_write(out, v, true);
    m2_buf_addc(out, '\n');
}

void doctor_list_checks(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args, int width)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    if (wants_json(args)) {
        struct m2_value *root = m2_v_object(a), *list = m2_v_array(a);
        for (size_t i = 0; i < n; i++)
            m2_v_push(a, list, check_value(a, &checks[i]));
        m2_v_set_str(a, root, "schema", "m2-checks/1");
        m2_v_set(a, root, "checks", list);
        write_document(out, root);
        return;
    }
    const char *area = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!m2_str_eq(area, checks[i].area))
            m2_buf_addf(out, "%s%s\n", area ? "\n" : "", checks[i].area);
        area = checks[i].area;
        m2_buf_addf(out, "  %s\n", checks[i].id);
        add_folded(out, checks[i].title, width, 6);
    }
    m2_buf_adds(out, "\nm2-doctor --explain ID tells everything about one of them.\n");
}

static void explain_check(struct m2_buf *out, const struct m2_check *c, int width)
{
    m2_buf_addf(out, "%s (%s)\n", c->id, c->area);
    add_folded(out, c->title, width, 4);
    add_part(out, "Why it matters", c->why, width);
    add_part(out, "How it is found", c->how, width);
    add_part(out, "How to fix it", c->fix, width);
    if (c->causes && *c->causes)
        m2_buf_adds(out, "\nWhat it can find\n");
    for (const char *const *slug = c->causes; slug && *slug; slug++) {
        const struct m2_cause *cause = m2_cause_find(*slug);
        m2_buf_addf(out, "    %s (%s)\n", *slug,
                    cause ? m2_status_name(cause->status) : "a family of causes");
        if (cause)
            add_folded(out, cause->title, width, 8);
    }
    add_list(out, "Rights it needs", c->rights);
    add_list(out, "Sources", c->sources);
}

static void explain_cause(struct m2_buf *out, struct m2_arena *a, const struct m2_cause *c, int width)
{
    struct finders f = find_finders(a, c);
    m2_buf_addf(out, "%s (%s)\n", c->slug, m2_status_name(c->status));
    add_folded(out, c->title, width, 4);
    add_part(out, "What it means", c->why, width);
    add_part(out, "How to fix it", c->fix, width);
    m2_buf_adds(out, "\nHow it is found\n");
    for (const struct m2_check **check = f.checks; *check; check++) {
        m2_buf_addf(out, "    %s\n", (*check)->id);
        add_folded(out, (*check)->how, width, 8);
    }
    add_list(out, "Rights it needs", f.rights);
    add_list(out, "Sources", f.sources);
}

static void add_entry(struct m2_buf *out, bool first, const char *heading, const char *id, const char *title,
                      int width)
{
    if (first)
        m2_buf_addf(out, "%s%s\n", out->len ? "\n" : "", heading);
    m2_buf_addf(out, "    %s\n", id);
    add_folded(out, title, width, 8);
}

static bool in_family(const char *slug, const char *id)
{
    size_t stem = strcspn(id, ".*");
    return stem && (!id[stem] || m2_str_eq(id + stem, ".*")) && strncmp(slug, id, stem) == 0 &&
           slug[stem] == '.';
}

/* The checks of an area and the causes of a family ("net", "task.*"). False when ID names neither. */
static bool explain_family(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args, int width)
{
    size_t n_checks, n_causes;
    const struct m2_check *checks = m2_checks(&n_checks);
    const struct m2_cause *causes = m2_causes(&n_causes);
    struct m2_value *root = m2_v_object(a), *in_area = m2_v_array(a), *family = m2_v_array(a);
    struct m2_buf text;
    m2_buf_init(&text, (size_t)1 << 20);
    for (size_t i = 0; i < n_checks; i++)
        if (m2_str_eq(checks[i].area, args->explain)) {
            add_entry(&text, !m2_v_len(in_area), "Checks of this area", checks[i].id, checks[i].title, width);
            m2_v_push(a, in_area, check_value(a, &checks[i]));
        }
    for (size_t i = 0; i < n_causes; i++)
        if (in_family(causes[i].slug, args->explain)) {
            add_entry(&text, !m2_v_len(family), "Causes of this family", causes[i].slug, causes[i].title,
                      width);
            m2_v_push(a, family, cause_value(a, &causes[i]));
        }
    bool found = m2_v_len(in_area) + m2_v_len(family) > 0;
    m2_v_set_str(a, root, "schema", "m2-checks/1");
    m2_v_set(a, root, "checks", in_area);
    m2_v_set(a, root, "causes", family);
    if (found && wants_json(args))
        write_document(out, root);
    else if (found)
        m2_buf_addf(out, "%s\nm2-doctor --explain ID tells everything about one of them.\n", text.data);
    m2_buf_free(&text);
    return found;
}

static int unknown_id(struct m2_arena *a, const char *id, struct m2_err *err)
{
    size_t n_checks, n_causes, n = 0;
    const struct m2_check *checks = m2_checks(&n_checks);
    const struct m2_cause *causes = m2_causes(&n_causes);
    const char **names = m2_arena_new_array(a, const char *, n_checks + n_causes + 1);
    for (size_t i = 0; i < n_checks; i++)
        names[n++] = checks[i].id;
    for (size_t i = 0; i < n_causes; i++)
        names[n++] = causes[i].slug;
    const char *near = m2_str_nearest(id, names);
    return m2_fail(err, M2_EUSAGE, "--explain: \"%s\" is neither a check nor a cause%s%s%s", id,
                   near ? "; did you mean " : " (--list-checks lists them)", near ? near : "",
                   near ? "?" : "");
}

int doctor_explain(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args, int width,
                   struct m2_err *err)
{
    const struct m2_check *check = m2_check_find(args->explain);
    const struct m2_cause *cause = m2_cause_find(args->explain);
    if (!check && !cause && explain_family(out, a, args, width))
        return 0;
    if (!check && !cause)
        return unknown_id(a, args->explain, err);
    if (wants_json(args))
        write_document(out, check ? check_value(a, check) : cause_value(a, cause));
    else if (check)
        explain_check(out, check, width);
    else
        explain_cause(out, a, cause, width);
    return 0;
}
