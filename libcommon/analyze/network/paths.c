/* The way of the task's traffic, hop by hop, for reports that draw it. What is judged elsewhere is only put
 * in order here. */
#include <string.h>

#include "analyze/network/net.h"
#include "m2/str.h"

/* In the order in which traffic meets them. A route leads to a gateway or an endpoint, whichever takes the
 * traffic. */
static const struct {
    const char *name;
    enum m2_nw_check checks[2];
} hops[M2_PATH_HOPS] = {
    { "DNS", { M2_NW_DNS, M2_NW_DNS } },
    { "security group", { M2_NW_SG, M2_NW_SG } },
    { "network ACL", { M2_NW_ACL, M2_NW_ACL } },
    { "route", { M2_NW_EGRESS, M2_NW_ENDPOINTS } },
};

static bool is_at(const struct m2_nw_subnet *s, const char *resource, uint32_t dests, size_t dest)
{
    bool here = m2_str_eq(resource, s->id) || (s->vpc && m2_str_eq(resource, s->vpc->id));
    return here && (!dests || (dests & (uint32_t)1 << dest));
}

static bool hits(const struct m2_nw_fault *f, const struct m2_nw_subnet *s, size_t dest)
{
    bool hit = is_at(s, f->resource, f->dests, dest);
    for (size_t i = 0; i < f->hit.len && !hit; i++)
        hit = is_at(s, f->hit.at[i], f->dests, dest);
    return hit;
}

static void judge_hop(struct m2_hop *hop, const struct m2_nw *n, const struct m2_nw_subnet *s, size_t dest,
                      enum m2_nw_check check)
{
    for (size_t i = 0; i < n->faults.len; i++) {
        const struct m2_nw_fault *f = n->faults.at[i];
        if (f->check != check || f->status != M2_FAIL || !hits(f, s, dest))
            continue;
        const struct m2_cause *cause = m2_cause_find(f->cause);
        hop->status = M2_FAIL;
        hop->said = cause ? cause->title : f->cause;
    }
    for (size_t i = 0; i < n->gaps.len && hop->status == M2_PASS; i++)
        if (n->gaps.at[i].check == check && is_at(s, n->gaps.at[i].resource, n->gaps.at[i].dests, dest)) {
            hop->status = M2_UNKNOWN;
            hop->said = m2_str_or(n->gaps.at[i].look.why, "It could not be read.");
        }
}

static const char *way_of(const struct m2_nw *n, const struct m2_nw_subnet *s, size_t dest)
{
    for (size_t i = 0; i < n->notes.len; i++)
        if (m2_str_eq(n->notes.at[i].subnet, s->id) && (n->notes.at[i].dests & (uint32_t)1 << dest))
            return n->notes.at[i].text;
    return "";
}

void m2_nw_paths(struct m2_nw *n)
{
    struct m2_findings *out = n->run->out;
    for (size_t i = 0; i < n->subnets.len; i++) {
        const struct m2_nw_subnet *s = &n->subnets.at[i];
        for (size_t d = 0; d < n->n_dests && s->usable; d++) {
            struct m2_path p = { .from = s->id, .to = n->dests[d].label, .way = way_of(n, s, d) };
            for (size_t h = 0; h < M2_PATH_HOPS; h++) {
                p.hops[h] = (struct m2_hop){ .name = hops[h].name, .status = M2_PASS, .said = "" };
                judge_hop(&p.hops[h], n, s, d, hops[h].checks[0]);
                if (hops[h].checks[1] != hops[h].checks[0] && p.hops[h].status != M2_FAIL)
                    judge_hop(&p.hops[h], n, s, d, hops[h].checks[1]);
            }
            m2_vec_push(out->arena, &out->paths, p);
        }
    }
}
