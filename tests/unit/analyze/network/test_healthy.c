#include <criterion/criterion.h>

#include <stdio.h>

#include "networld.h"

/* Accounts that are well give no finding but passes. */
Test(network_healthy, the_three_usual_networks)
{
    static const enum world_kind kinds[] = { WORLD_NAT, WORLD_PUBLIC, WORLD_ENDPOINTS };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct world w = world_new(kinds[i]);
        world_run(&w);
        const char *wrong = world_wrong(&w);
        if (*wrong)
            for (size_t k = 0; k < w.found.list.len; k++)
                fprintf(stderr, "%s %s\n", w.found.list.at[k]->uid, w.found.list.at[k]->detail);
        cr_assert_str_eq(wrong, "", "kind %zu: %s", i, wrong);
        cr_assert_eq(w.found.counts[M2_PASS], 11, "kind %zu: %zu passes", i, w.found.counts[M2_PASS]);
        world_free(&w);
    }
}
