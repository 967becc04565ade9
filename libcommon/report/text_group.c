/* One fault on several resources is one thing to mend: findings that say the same are told once. */
#include <string.h>

#include "m2/str.h"
#include "report/text.h"

#define MAX_NAMES 6
#define MAX_DETAILS 3
#define MAX_DETAIL_LINES 8
#define MAX_EVIDENCE 3

void m2_report_group(struct m2_printer *p, struct m2_groups *out, const struct m2_finding *f)
{
    const char *common =
        m2_arena_printf(p->arena, "%s\x01%s\x01%s\x01%s\x01%s", m2_status_name(f->status), f->id,
                        m2_str_or(f->cause, ""), f->title, m2_str_or(f->fix_text, ""));
    if (!out->places)
        out->places = m2_v_object(p->arena);
    int64_t at = m2_v_int_or(out->places, common, -1);
    if (at < 0) {
        at = (int64_t)out->list.len;
        m2_v_set_int(p->arena, out->places, common, at);
        m2_vec_push(p->arena, &out->list, m2_arena_alloc(p->arena, sizeof(struct m2_group)));
    }
    m2_vec_push(p->arena, &out->list.at[at]->members, f);
}

/* A list of strings, each once. */
struct once {
    M2_VEC(const char *) v;
    struct m2_value *seen;
};

static bool add_once(struct m2_printer *p, struct once *list, const char *s)
{
    if (!list->seen)
        list->seen = m2_v_object(p->arena);
    if (m2_v_get(list->seen, s))
        return false;
    m2_v_set_bool(p->arena, list->seen, s, true);
    m2_vec_push(p->arena, &list->v, s);
    return true;
}

void m2_report_where(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    const struct m2_finding *first = g->members.at[0];
    struct once names = { 0 };
    long long times = 0;
    for (size_t i = 0; i < g->members.len; i++) {
        (void)add_once(p, &names, g->members.at[i]->resource);
        times += (long long)g->members.at[i]->count;
    }
    const char *text = m2_arena_printf(
        p->arena, "%s (%s%s%s)%s", m2_report_names(p, names.v.at, names.v.len, MAX_NAMES), first->id,
        first->cause ? ", " : "", m2_str_or(first->cause, ""),
        times > (long long)g->members.len ? m2_arena_printf(p->arena, ", %lld times", times) : "");
    m2_report_field(p, indent, "", text, M2_ALL_LINES);
}

/* S with every NAME in it replaced, to see whether two details differ in it alone. */
static const char *anonymous(struct m2_printer *p, const char *s, const char *name)
{
    struct m2_buf b;
    size_t n = m2_str_empty(name) ? 0 : strlen(name);
    m2_buf_init(&b, (size_t)1 << 20);
    for (const char *at; n && (at = strstr(s, name)); s = at + n) {
        m2_buf_add(&b, s, (size_t)(at - s));
        m2_buf_addc(&b, '\x01');
    }
    m2_buf_adds(&b, s);
    const char *text = m2_arena_strdup(p->arena, b.data);
    m2_buf_free(&b);
    return text;
}

static void one_detail(struct m2_printer *p, const struct m2_finding *f, bool several, size_t indent)
{
    const char *text = f->detail;
    if (several && !m2_str_empty(text) && !strstr(text, f->resource))
        text = m2_arena_printf(p->arena, "%s: %s", f->resource, text);
    m2_report_field(p, indent, "", text, p->style->verbose ? M2_ALL_LINES : MAX_DETAIL_LINES);
}

void m2_report_details(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    struct once told = { 0 }, same = { 0 };
    const struct m2_finding *first = g->members.at[0];
    size_t left = 0;
    for (size_t i = 0; i < g->members.len; i++)
        (void)add_once(p, &told, anonymous(p, g->members.at[i]->detail, g->members.at[i]->resource));
    bool several = told.v.len > 1;
    told = (struct once){ 0 };
    for (size_t i = 0; i < g->members.len; i++) {
        const struct m2_finding *f = g->members.at[i];
        if (!add_once(p, &told, anonymous(p, f->detail, f->resource)))
            (void)(strstr(f->detail, f->resource) && add_once(p, &same, f->resource));
        else if (told.v.len > MAX_DETAILS && !p->style->verbose)
            left++;
        else
            one_detail(p, f, several, indent);
    }
    if (!several && same.v.len && !m2_str_eq(first->resource, same.v.at[0]))
        m2_report_field(p, indent, "",
                        m2_arena_printf(p->arena, "The same is so for %s.",
                                        m2_report_names(p, same.v.at, same.v.len, MAX_NAMES)),
                        M2_ALL_LINES);
    if (left)
        m2_report_field(p, indent, "", m2_arena_printf(p->arena, "-v tells %zu more.", left), M2_ALL_LINES);
}

/* ---- evidence ---- */

/* JSON as one reads it aloud: no quotes, no braces. S may be cut anywhere. */
static const char *plain(struct m2_printer *p, const char *s)
{
    struct m2_buf b;
    bool quoted = false;
    if (!strchr("[{\"", *s))
        return s;
    m2_buf_init(&b, (size_t)1 << 20);
    for (; *s; s++) {
        if (quoted && *s == '\\' && s[1]) {
            s++;
            m2_buf_addc(&b, *s == 'n' || *s == 't' || *s == 'r' ? ' ' : *s);
        } else if (*s == '"') {
            quoted = !quoted;
        } else if (quoted) {
            m2_buf_addc(&b, *s);
        } else if (*s == ',') {
            m2_buf_adds(&b, s[-1] == '}' || s[-1] == ']' ? "; " : ", ");
        } else if (*s == ':') {
            m2_buf_adds(&b, " ");
        } else if (!strchr("[]{}", *s)) {
            m2_buf_addc(&b, *s);
        } else if ((*s == ']' && s[-1] == '[') || (*s == '}' && s[-1] == '{')) {
            m2_buf_adds(&b, "none");
        }
    }
    const char *text = m2_arena_strdup(p->arena, b.data);
    m2_buf_free(&b);
    return text;
}

static void evidence_line(struct m2_printer *p, const struct m2_finding *f, const struct m2_evidence *e,
                          size_t indent)
{
    const char *value = m2_str_or(e->value, "");
    if (!p->style->verbose)
        value = plain(p, value);
    bool told = m2_str_empty(value) || (!p->style->verbose && m2_str_has_ci(f->detail, value));
    const char *place = m2_arena_printf(p->arena, "Seen in %s%s%s", e->call, m2_str_empty(e->path) ? "" : " ",
                                        m2_str_or(e->path, ""));
    size_t lines = indent + m2_columns(place) < p->width ? 2 : 3;
    m2_buf_addf(p->out, "%*s", (int)indent, "");
    m2_report_wrap(p, m2_arena_printf(p->arena, "%s%s%s", place, told ? "" : ": ", told ? "" : value), indent,
                   indent + 2, M2_HARD | (p->style->verbose ? M2_ALL_LINES : lines));
    m2_buf_addc(p->out, '\n');
}

void m2_report_evidence(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    struct once told = { 0 };
    for (size_t i = 0; i < g->members.len; i++)
        for (size_t k = 0; k < g->members.at[i]->evidence.len; k++) {
            const struct m2_evidence *e = &g->members.at[i]->evidence.at[k];
            const char *key = m2_arena_printf(p->arena, "%s\x01%s\x01%s", e->call, m2_str_or(e->path, ""),
                                              m2_str_or(e->value, ""));
            if (add_once(p, &told, key) && (told.v.len <= MAX_EVIDENCE || p->style->verbose))
                evidence_line(p, g->members.at[i], e, indent);
        }
    if (told.v.len > MAX_EVIDENCE && !p->style->verbose)
        m2_report_field(
            p, indent, "",
            m2_arena_printf(p->arena, "-v shows %zu more pieces of evidence.", told.v.len - MAX_EVIDENCE),
            M2_ALL_LINES);
}

/* ---- fix ---- */

void m2_report_fix(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    struct once told = { 0 };
    const char *text = g->members.at[0]->fix_text;
    if (!m2_str_empty(text)) {
        m2_buf_addf(p->out, "%*s", (int)indent, "");
        m2_report_colored(p, "1", "Fix:");
        m2_buf_addc(p->out, ' ');
        m2_report_wrap(p, text, indent + 5, indent, M2_ALL_LINES);
        m2_buf_addc(p->out, '\n');
    }
    for (size_t i = 0; i < g->members.len; i++)
        for (size_t k = 0; k < g->members.at[i]->commands.len; k++)
            if (add_once(p, &told, g->members.at[i]->commands.at[k]))
                m2_report_whole_line(p, indent + 2, "", g->members.at[i]->commands.at[k]);
    for (size_t i = 0; i < g->members.len; i++)
        for (size_t k = 0; k < g->members.at[i]->docs.len; k++)
            if (add_once(p, &told, g->members.at[i]->docs.at[k]))
                m2_report_whole_line(p, indent, "See ", g->members.at[i]->docs.at[k]);
}
