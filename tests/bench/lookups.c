/* Makes the look-ups of a JSON list, all at once, and says how many were answered and how many refused. */
#include <stdio.h>
#include <stdlib.h>

#include "m2/aws.h"
#include "m2/json.h"

struct tally {
    size_t answered, refused;
};

static void count(void *user, const struct m2_aws_answer *answer)
{
    struct tally *t = user;
    if (answer->status == M2_AWS_OK)
        t->answered++;
    else
        t->refused++;
    if (answer->status != M2_AWS_OK)
        (void)fprintf(stderr, "%s\n", answer->err.msg);
}

static int run(struct tally *t, struct m2_arena *a, const char *path, struct m2_err *err)
{
    const struct m2_sys *sys = m2_sys_real();
    const struct m2_aws_flags flags = { 0 };
    struct m2_awsconfig config = { 0 };
    struct m2_value *list = NULL;
    struct m2_net *net = NULL;
    struct m2_aws *aws = NULL;
    if (m2_json_read_file(&list, a, path, err) < 0 || m2_awsconfig_load(&config, a, sys, &flags, err) < 0 ||
        m2_net_new(&net, &(struct m2_net_options){ .user_agent = "m2-bench", .sys = sys }, err) < 0)
        return -1;
    int rc = m2_aws_new(&aws, &(struct m2_aws_options){ .sys = sys, .net = net, .config = &config }, err);
    if (rc == 0) {
        const struct m2_value *item;
        m2_v_each(item, i, list)
        {
            const struct m2_aws_call call = { .service = m2_v_str(item, "service"),
                                              .operation = m2_v_str(item, "operation"),
                                              .input = m2_v_get(item, "input") };
            m2_aws_start(aws, a, &call, count, t);
        }
        while (m2_net_step(net, 250))
            ;
    }
    m2_aws_free(aws);
    m2_net_free(net);
    return rc;
}

int main(int argc, char **argv)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct tally t = { 0 };
    if (argc != 2) {
        (void)fprintf(stderr, "usage: bench_lookups LIST.json\n");
        return 2;
    }
    int rc = run(&t, a, argv[1], &err);
    if (rc < 0)
        (void)fprintf(stderr, "%s\n", err.msg);
    else
        (void)printf("%zu answered, %zu refused\n", t.answered, t.refused);
    m2_arena_free(a);
    return rc < 0 || t.refused ? 1 : 0;
}
