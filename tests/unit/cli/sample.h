/*
 * A tool with one option of every kind, and one with commands, for the tests of the option table.
 */
#ifndef M2_TEST_CLI_SAMPLE_H
#define M2_TEST_CLI_SAMPLE_H

#include "m2/cli.h"

struct sample_args {
    struct m2_common common;
    struct m2_strlist only;
    const char *snapshot;
    uint64_t jobs;
    bool list_checks, password_stdin;
};

static const char *const *sample_formats(void)
{
    static const char *const names[] = { "text", "json", "markdown", NULL };
    return names;
}

#define SAMPLE_AT(member) offsetof(struct sample_args, member)

static const struct m2_opt sample_opts[] = {
    { .name = "snapshot",
      .letter = 's',
      .type = M2_OPT_STRING,
      .at = SAMPLE_AT(snapshot),
      .arg = "FILE",
      .help = "analyse a saved snapshot: no network, no credentials",
      .group = "Input" },
    { .name = "only",
      .type = M2_OPT_LIST,
      .at = SAMPLE_AT(only),
      .arg = "ID|AREA",
      .help = "choose checks [by \\id]: it's" },
    { .name = "jobs",
      .type = M2_OPT_UINT,
      .at = SAMPLE_AT(jobs),
      .arg = "N",
      .help = "how many jobs a month",
      .min = 1,
      .max = 1000,
      .more = ".de is no roff request here" },
    { .name = "list-checks",
      .type = M2_OPT_FLAG,
      .at = SAMPLE_AT(list_checks),
      .help = "print the catalogue",
      .group = "Catalogue" },
    { .name = "password-stdin",
      .type = M2_OPT_FLAG,
      .at = SAMPLE_AT(password_stdin),
      .help = "read the password from standard input" },
    M2_COMMON_OPTS(struct sample_args, common, sample_formats),
    { .name = NULL },
};

static const struct m2_example sample_examples[] = {
    { "m2-sample --snapshot account.json", "analyse a saved account" },
    { "m2-sample --only network -vv \\", "'quoted' and .dotted" },
    { NULL, NULL },
};

static const struct m2_tool sample_tool = {
    .name = "m2-sample",
    .summary = "is this account ready?",
    .about = "It reads an account and says what is wrong, with enough words here to need a second line on "
             "any terminal.\n\n"
             "A second paragraph with back\\slash.\n\n.SH looks like a request\n\n'so does this",
    .opts = sample_opts,
    .examples = sample_examples,
};

/* A tool with commands: one option of a command, one of two, one of the third, and the common ones. */
struct multi_args {
    struct m2_common common;
    const struct m2_command *command;
    uint64_t vcpu;
    const char *prices;
    int64_t since_ms;
};

enum { MULTI_ESTIMATE = 1 << 0, MULTI_COMPARE = 1 << 1, MULTI_JOBS = 1 << 2, MULTI_FORECAST = 1 << 3 };

#define MULTI_AT(member) offsetof(struct multi_args, member)

static const struct m2_opt multi_opts[] = {
    { .name = "vcpu",
      .letter = 'c',
      .type = M2_OPT_UINT,
      .at = MULTI_AT(vcpu),
      .arg = "N",
      .help = "virtual processors of the job",
      .min = 1,
      .max = 96,
      .group = "Job",
      .commands = MULTI_ESTIMATE | MULTI_COMPARE },
    { .name = "since",
      .type = M2_OPT_DURATION,
      .at = MULTI_AT(since_ms),
      .arg = "DURATION",
      .help = "how far back jobs are read",
      .env = "SINCE",
      .group = "History",
      .commands = MULTI_FORECAST },
    { .name = "prices",
      .type = M2_OPT_STRING,
      .at = MULTI_AT(prices),
      .arg = "FILE",
      .help = "another price list",
      .more = "As written by prices.",
      .group = "Job",
      .commands = MULTI_ESTIMATE | MULTI_COMPARE | MULTI_JOBS },
    M2_COMMON_OPTS(struct multi_args, common, sample_formats),
    { .name = NULL },
};

static const struct m2_example multi_jobs_examples[] = {
    { "m2-multi jobs history.csv", "price what ran" },
    { NULL, NULL },
};

static const struct m2_command multi_commands[] = {
    { .name = "estimate",
      .summary = "price one job",
      .about = "Every line of the bill.\n\n.SH looks like a request" },
    { .name = "compare", .summary = "the same job: it's 'cheapest' first" },
    { .name = "jobs", .summary = "price a history", .operands = "FILE", .examples = multi_jobs_examples },
    { .name = "forecast", .summary = "the next months", .operands = "[FILE]" },
    { .name = NULL },
};

static const struct m2_example multi_examples[] = {
    { "m2-multi estimate --vcpu 4", "one job" },
    { NULL, NULL },
};

static const struct m2_tool multi_tool = {
    .name = "m2-multi",
    .summary = "what does a job cost?",
    .about = "It knows prices.",
    .opts = multi_opts,
    .examples = multi_examples,
    .commands = multi_commands,
    .command_at = MULTI_AT(command),
};

#endif
