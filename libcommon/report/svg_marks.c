/* Marks that stand at an x, each with its label above the plot. */
#include <math.h>
#include <stdlib.h>

#include "report/svg.h"

struct label {
    const char *text;
    double x;    /* of its mark */
    double left; /* of its text */
    double wide;
    size_t row; /* 0 is nearest to the plot */
};

static int by_x(const void *a, const void *b)
{
    const struct label *one = a, *other = b;
    return (one->x > other->x) - (one->x < other->x);
}

/* The labels from left to right, each in the lowest row where it touches none; *ROWS is how many rows that
 * takes. */
static struct label *place(struct m2_svg *s, const struct m2_svg_scale *x, bool vertical, size_t *n,
                           size_t *rows)
{
    size_t most = s->chart->marks.len;
    struct label *labels = m2_arena_new_array(s->arena, struct label, most);
    double *ends = m2_arena_new_array(s->arena, double, most); /* of each row */
    *n = *rows = 0;
    for (size_t i = 0; i < most; i++) {
        const struct m2_doc_mark *m = &s->chart->marks.at[i];
        if (m->vertical != vertical || !m2_doc_drawable(m->at) || m->at < x->lo || m->at > x->hi)
            continue;
        labels[(*n)++] =
            (struct label){ .text = m2_svg_fit(s, m->label, s->width), .x = m2_svg_at(x, m->at) };
    }
    qsort(labels, *n, sizeof *labels, by_x);
    for (size_t i = 0; i < *n; i++) {
        struct label *l = &labels[i];
        l->wide = m2_svg_text_width(l->text);
        l->left = fmin(fmax(l->x - l->wide / 2, 0), fmax(s->width - l->wide, 0));
        while (l->row < *rows && ends[l->row] + 12 > l->left)
            l->row++;
        *rows = l->row == *rows ? *rows + 1 : *rows;
        ends[l->row] = l->left + l->wide;
    }
    return labels;
}

double m2_svg_marks_height(struct m2_svg *s, const struct m2_svg_scale *x, bool vertical)
{
    size_t n, rows;
    (void)place(s, x, vertical, &n, &rows);
    return (double)rows * M2_SVG_LINE + (rows ? 7 : 0);
}

void m2_svg_marks(struct m2_svg *s, const struct m2_svg_scale *x, bool vertical, double top, double bottom)
{
    size_t n, rows;
    const struct label *labels = place(s, x, vertical, &n, &rows);
    for (size_t i = 0; i < n; i++)
        m2_svg_line(s, "mark", labels[i].x, top - 8 - (double)labels[i].row * M2_SVG_LINE, labels[i].x,
                    bottom);
    for (size_t i = 0; i < n; i++)
        m2_svg_text(s, labels[i].left, top - 11 - (double)labels[i].row * M2_SVG_LINE, M2_SVG_START, "halo",
                    labels[i].text);
}
