/*
 * bench_empty — empties one bucket through the library, and says what it did as JSON.
 *
 * usage: bench_empty BUCKET OWNER   (endpoint, credentials and region come from the environment, as for the
 * tools) Exit status: 0 empty, 1 something is left, 3 could not go on.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "m2/empty.h"
#include "m2/sys.h"

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    m2_sys_cancel();
}

static void print(const struct m2_empty_result *r, const char *error, int64_t took_ms)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("{\"deleted\": %" PRIu64 ", \"listed\": %" PRIu64 ", \"failed\": %" PRIu64
                 ", \"uploads\": %" PRIu64 ", \"bytes\": %" PRIu64
                 ", \"left\": %zu, \"empty\": %s, \"gone\": %s, \"ms\": %" PRId64
                 ", \"cpu_ms\": %ld, \"peak_kib\": %ld, \"ok\": %s}\n",
                 r->done.deleted, r->done.listed, r->done.failed, r->done.uploads, r->done.bytes, r->left.len,
                 r->empty ? "true" : "false", r->gone ? "true" : "false", took_ms,
                 (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                     (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000,
                 usage.ru_maxrss, *error ? "false" : "true");
    for (size_t i = 0; i < r->left.len; i++)
        (void)fprintf(stderr, "left: %s: %s\n", r->left.at[i].code, r->left.at[i].message);
    if (*error)
        (void)fprintf(stderr, "%s\n", error);
}

int main(int argc, char **argv)
{
    const struct m2_sys *sys = m2_sys_real();
    struct m2_arena *a = m2_arena_new();
    struct m2_awsconfig config;
    struct m2_aws_flags flags = { 0 };
    struct m2_empty_result result = { 0 };
    struct m2_err err = { 0 };
    struct m2_net *net = NULL;
    struct m2_aws *aws = NULL;
    int64_t began = m2_mono_ms(sys);
    int status = 3;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_empty BUCKET OWNER\n");
        return 2;
    }
    (void)signal(SIGINT, on_interrupt);
    struct m2_net_options net_options = { .sys = sys, .max_per_host = 64, .user_agent = "bench_empty" };
    if (m2_awsconfig_load(&config, a, sys, &flags, &err) == 0 && m2_net_new(&net, &net_options, &err) == 0) {
        struct m2_aws_options aws_options = { .sys = sys, .net = net, .config = &config };
        if (m2_aws_new(&aws, &aws_options, &err) == 0) {
            struct m2_empty_options opt = {
                .sys = sys, .net = net, .aws = aws, .bucket = argv[1], .owner = argv[2]
            };
            if (m2_empty_bucket(&result, a, &opt, &err) == 0)
                status = result.empty || result.gone ? 0 : 1;
        }
    }
    print(&result, status == 3 ? err.msg : "", m2_mono_ms(sys) - began);
    m2_aws_free(aws);
    m2_net_free(net);
    m2_arena_free(a);
    return status;
}
