#include "cost.h"

#define AT(member) offsetof(struct cost_args, member)

enum { ESTIMATE = 1, COMPARE = 2, JOBS = 4, HISTORY = 8, FORECAST = 16, RECONCILE = 32, PRICES = 64 };
#define ONE_JOB (ESTIMATE | COMPARE)
#define OF_ACCOUNT (HISTORY | FORECAST | RECONCILE)

/* The renderers of documents, and json, which is none of them. */
static const char *const *formats(void)
{
    static const char *names[8];
    size_t n = 0;
    for (const struct m2_doc_renderer *r = m2_doc_renderers(); r->name && n < 6; r++)
        names[n++] = r->name;
    names[n] = "json";
    return names;
}

static const char *const *yes_no(void)
{
    static const char *const names[] = { "yes", "no", NULL };
    return names;
}

static const struct m2_opt options[] = {
    { .name = "vcpu",
      .type = M2_OPT_STRING,
      .at = AT(vcpu),
      .arg = "N",
      .commands = ONE_JOB,
      .group = "The job",
      .help = "vCPUs of the Fargate task (Lambda gives them by its memory)" },
    { .name = "memory-gb",
      .type = M2_OPT_STRING,
      .at = AT(memory_gb),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "memory set for the task or function, in GB of 1024 MB" },
    { .name = "duration",
      .type = M2_OPT_STRING,
      .at = AT(duration),
      .arg = "TIME",
      .commands = ONE_JOB,
      .help = "from the start of the image's pull to the end: 10m, 90s, 342ms, 1h30m" },
    { .name = "platform",
      .type = M2_OPT_ENUM,
      .at = AT(platform),
      .arg = "NAME",
      .choices = m2_platform_names,
      .commands = ONE_JOB,
      .help = "where it runs (default: fargate)" },
    { .name = "arch",
      .type = M2_OPT_ENUM,
      .at = AT(arch),
      .arg = "NAME",
      .choices = m2_arch_names,
      .commands = ONE_JOB,
      .help = "processor architecture of the image (default: x86_64)" },
    { .name = "ephemeral-gb",
      .type = M2_OPT_STRING,
      .at = AT(ephemeral_gb),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "disk of the task (20 GB are free) or /tmp of the function (0.5 GB is free)" },
    { .name = "jobs",
      .type = M2_OPT_UINT,
      .at = AT(jobs),
      .arg = "N",
      .min = 1,
      .max = 1000000000000,
      .commands = ONE_JOB,
      .help = "so many jobs a month: adds the monthly total, tiers and free allowances" },
    { .name = "input-mb",
      .type = M2_OPT_STRING,
      .at = AT(input_mb),
      .arg = "N",
      .commands = ONE_JOB,
      .group = "What it moves and keeps",
      .help = "data read from S3, in MB" },
    { .name = "output-mb",
      .type = M2_OPT_STRING,
      .at = AT(output_mb),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "results written to S3 and downloaded from there, in MB" },
    { .name = "log-mb",
      .type = M2_OPT_STRING,
      .at = AT(log_mb),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "log text of the job, in MB (default: 0.0625)" },
    { .name = "keep-days",
      .type = M2_OPT_STRING,
      .at = AT(keep_days),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "input and results stay in S3 for so many days (default: 0)" },
    { .name = "transitions",
      .type = M2_OPT_UINT,
      .at = AT(transitions),
      .arg = "N",
      .max = 25000,
      .commands = ONE_JOB,
      .help = "states of the workflow that are entered, retries included (default: 3)" },
    { .name = "requests",
      .type = M2_OPT_UINT,
      .at = AT(requests),
      .arg = "N",
      .max = 25000,
      .commands = ONE_JOB,
      .help = "runs of the job's Lambda function, retries included (default: 1 on Lambda)" },
    { .name = "public-ip",
      .type = M2_OPT_ENUM,
      .at = AT(public_ip),
      .arg = "yes|no",
      .choices = yes_no,
      .commands = ONE_JOB,
      .group = "The network around it",
      .help =
          "does the Fargate task have a public IPv4 address? (default: yes, no with --nat or --endpoints)" },
    { .name = "nat",
      .type = M2_OPT_FLAG,
      .at = AT(nat),
      .commands = ONE_JOB,
      .help = "tasks reach AWS through a NAT gateway" },
    { .name = "endpoints",
      .type = M2_OPT_UINT,
      .at = AT(endpoints),
      .arg = "N",
      .max = 100,
      .commands = ONE_JOB,
      .help = "tasks reach AWS through N interface endpoints (ECR API, ECR registry and logs are 3) and an "
              "S3 gateway "
              "endpoint" },
    { .name = "zones",
      .type = M2_OPT_UINT,
      .at = AT(zones),
      .arg = "N",
      .min = 1,
      .max = 6,
      .commands = ONE_JOB,
      .help = "Availability Zones with a NAT gateway or endpoints (default: NAT 1, endpoints 2)" },
    { .name = "image-gb",
      .type = M2_OPT_STRING,
      .at = AT(image_gb),
      .arg = "N",
      .commands = ONE_JOB,
      .help = "compressed size of the task's image, pulled anew by each task" },
    { .name = "image-region",
      .type = M2_OPT_STRING,
      .at = AT(image_region),
      .arg = "NAME",
      .commands = ONE_JOB,
      .help = "region of the image's registry (default: us-east-1, upstream's)" },
    { .name = "scaling",
      .type = M2_OPT_STRING,
      .at = AT(scaling),
      .arg = "RULE",
      .commands = COMPARE,
      .group = "Comparison",
      .help = "how the duration follows the vCPUs: linear, none or amdahl:P (default: linear)",
      .more = "P is the share of the work that runs in parallel, from 0 to 1." },
    { .name = "per-job",
      .type = M2_OPT_STRING,
      .at = AT(per_job),
      .arg = "FILE",
      .commands = JOBS | HISTORY,
      .group = "Job histories",
      .help = "write each job with its cost as CSV to FILE, complete or not at all" },
    { .name = "max-bad",
      .type = M2_OPT_UINT,
      .at = AT(max_bad),
      .arg = "N",
      .commands = JOBS | FORECAST | RECONCILE,
      .help = "leave out up to N rows that cannot be read; more end the run (default: 0)" },
    { .name = "since",
      .type = M2_OPT_DURATION,
      .at = AT(since_ms),
      .arg = "DURATION",
      .commands = OF_ACCOUNT,
      .group = "The account's own history",
      .help = "how far back (default: 30d)" },
    { .name = "snapshot",
      .type = M2_OPT_STRING,
      .at = AT(snapshot),
      .arg = "FILE",
      .commands = OF_ACCOUNT,
      .help = "read a saved snapshot instead of the account" },
    { .name = "save-snapshot",
      .type = M2_OPT_STRING,
      .at = AT(save_snapshot),
      .arg = "FILE",
      .commands = OF_ACCOUNT,
      .help = "keep what was read, redacted" },
    { .name = "no-redact",
      .type = M2_OPT_FLAG,
      .at = AT(no_redact),
      .commands = OF_ACCOUNT,
      .help = "keep account ids and names in --save-snapshot; secrets are removed all the same" },
    { .name = "history",
      .type = M2_OPT_FLAG,
      .at = AT(history),
      .commands = FORECAST | RECONCILE,
      .help = "take the jobs from the account instead of a file" },
    { .name = "months",
      .type = M2_OPT_UINT,
      .at = AT(months),
      .arg = "N",
      .min = 1,
      .max = 24,
      .commands = FORECAST,
      .group = "Forecast",
      .help = "months ahead (default: 3)" },
    { .name = "trials",
      .type = M2_OPT_UINT,
      .at = AT(trials),
      .arg = "N",
      .min = 100,
      .max = 1000000,
      .commands = FORECAST,
      .help = "simulated futures (default: 10000)" },
    { .name = "seed",
      .type = M2_OPT_UINT,
      .at = AT(seed),
      .arg = "N",
      .max = 4294967295,
      .commands = FORECAST,
      .help = "start of the random numbers: the same seed gives the same result (default: 1)" },
    { .name = "expected",
      .type = M2_OPT_STRING,
      .at = AT(expected),
      .arg = "FILE",
      .commands = RECONCILE,
      .group = "Reconciliation",
      .help = "job history (CSV) that the bill is compared with" },
    { .name = "tolerance",
      .type = M2_OPT_STRING,
      .at = AT(tolerance),
      .arg = "PERCENT",
      .commands = RECONCILE,
      .help = "differences up to so much pass (default: 1)" },
    { .name = "prices",
      .type = M2_OPT_STRING,
      .at = AT(prices),
      .arg = "FILE",
      .group = "Prices",
      .help = "another price list (m2-prices/1)" },
    { .name = "without",
      .type = M2_OPT_LIST,
      .at = AT(without),
      .arg = "PART",
      .choices = m2_cost_parts,
      .commands = ONE_JOB | JOBS | HISTORY | FORECAST | RECONCILE,
      .help = "leave a part out of the bill" },
    { .name = "budget",
      .type = M2_OPT_STRING,
      .at = AT(budget),
      .arg = "USD",
      .commands = ESTIMATE | JOBS | HISTORY | FORECAST,
      .help = "exit with 1 when the total passes this" },
    { .name = "update",
      .type = M2_OPT_FLAG,
      .at = AT(update),
      .commands = PRICES,
      .help = "read the region's prices from AWS's Price List API into the cache" },
    M2_COMMON_OPTS(struct cost_args, common, formats),
    { .name = NULL },
};

static const struct m2_example estimate_examples[] = {
    { "m2-cost estimate --vcpu 4 --memory-gb 8 --duration 10m",
      "the guide's example: 0.0339 USD, line by line (the guide rounds its rates and says ~0.03 - 0.05)" },
    { "m2-cost estimate --vcpu 4 --memory-gb 8 --duration 10m --jobs 2000 --budget 100",
      "a month of them; exit status 1 when it passes 100 USD" },
    { "m2-cost estimate --platform lambda --memory-gb 3 --duration 45s", "a small job on Lambda" },
    { NULL, NULL },
};
static const struct m2_example compare_examples[] = {
    { "m2-cost compare --vcpu 4 --memory-gb 8 --duration 10m --scaling amdahl:0.9",
      "every size that can run it, cheapest first" },
    { "m2-cost compare --vcpu 4 --memory-gb 8 --duration 40s --format html --output compare.html",
      "with a chart of where Lambda stops being cheaper" },
    { NULL, NULL },
};
static const struct m2_example jobs_examples[] = {
    { "m2-cost jobs history.csv --per-job priced.csv",
      "each job's cost, and totals by platform, user and month" },
    { "gzip -dc history.csv.gz | m2-cost jobs -", "from standard input (a gzip file itself is fine too)" },
    { NULL, NULL },
};
static const struct m2_example history_examples[] = {
    { "m2-cost history --since 30d", "what the account's jobs of the last 30 days cost, failed ones apart" },
    { NULL, NULL },
};
static const struct m2_example forecast_examples[] = {
    { "m2-cost forecast history.csv --months 3 --budget 500",
      "the next three months, and the chance to pass 500 USD" },
    { "m2-cost forecast --history --since 90d", "from the account's own jobs" },
    { NULL, NULL },
};
static const struct m2_example reconcile_examples[] = {
    { "m2-cost reconcile export.csv.gz --expected history.csv --tolerance 2",
      "compare a CUR 2.0 or FOCUS export with the jobs' expected cost" },
    { NULL, NULL },
};
static const struct m2_example prices_examples[] = {
    { "m2-cost prices --region eu-west-1", "the prices in use, each with its source" },
    { "m2-cost prices --update --region eu-west-1", "today's, from AWS" },
    { NULL, NULL },
};

static const struct m2_command commands[] = {
    { "estimate", "what one job costs, every line of the bill; with --jobs a month of them", NULL,
      "Billed is what AWS bills: the size that was asked for, not what was used, by the second (Fargate, at "
      "least 60) or "
      "millisecond (Lambda). What is assumed because it was not said stands below the bill.",
      estimate_examples },
    { "compare", "the same job on every platform and size that can run it, cheapest first", NULL,
      "The job's duration is the one on the size given. On other sizes it follows the number of vCPUs as "
      "--scaling says; "
      "a wrong rule makes a wrong order, so measure where it matters.",
      compare_examples },
    { "jobs", "price a job history in CSV, of any length", "FILE",
      "Columns are found by name: job_id, started_at, platform, vcpu, memory_gb, duration_s; optional "
      "ephemeral_gb, arch, "
      "region, input_mb, output_mb, log_mb, user, transitions, requests. Others are kept. FILE may be "
      "compressed with "
      "gzip; - is standard input.",
      jobs_examples },
    { "history", "what the account's own jobs have cost, from its executions, tasks and logs", NULL,
      "Reads the state machine's executions, their histories, and Lambda's reports of runs; it never writes. "
      "What it "
      "could not see it says.",
      history_examples },
    { "forecast", "what the next months will cost, as a distribution", "[FILE]",
      "Simulates months from the days of the history: jobs a day by weekday, costs by job. Says how far off "
      "it would have "
      "been on the last month where the history is long enough.",
      forecast_examples },
    { "reconcile", "compare with a bill: CUR 2.0 or FOCUS 1.x export (CSV, also gzip)", "FILE...",
      "Matches by task, tag, usage type and day; names what is billed and not explained. Discounts, credits, "
      "Savings Plans "
      "and taxes are shown apart. Exit status 1 when a difference passes --tolerance.",
      reconcile_examples },
    { "prices", "the price list in use, its date and source; --update fetches AWS's", NULL,
      "The built-in list is dated and names the source of every figure. An item that a region lacks has no "
      "price: reports "
      "say so, it is never taken from another region.",
      prices_examples },
    { 0 },
};

static const struct m2_example examples[] = {
    { "m2-cost estimate --vcpu 4 --memory-gb 8 --duration 10m",
      "the guide's example: 0.0339 USD, line by line (the guide rounds its rates and says ~0.03 - 0.05)" },
    { "m2-cost jobs history.csv", "what a history of jobs has cost" },
    { "m2-cost forecast history.csv --budget 500", "what is ahead" },
    { NULL, NULL },
};

const struct m2_tool cost_tool = {
    .name = "m2-cost",
    .summary = "what does a job cost, what did it cost, and what will next month cost?",
    .about =
        "m2-cost computes the AWS bill of MR Optimum Mode 2 jobs: exact decimals, one line for each thing "
        "that is "
        "billed, list prices with their date and source. A total is always exactly the sum of its lines.\n\n"
        "Figures are list prices before tax, credits, Savings Plans and private discounts.",
    .opts = options,
    .examples = examples,
    .commands = commands,
    .command_at = AT(command),
};
