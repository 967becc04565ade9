#include <criterion/criterion.h>
#include <string.h>

#include "m2/runlog.h"

Test(runlog, reports_in_either_format_fields_in_any_order)
{
    static const struct {
        const char *message, *id, *status;
        double ms;
        int64_t billed, memory;
        bool report;
    } cases[] = {
        { "REPORT RequestId: a-1\tDuration: 1293.83 ms\tBilled Duration: 2344 ms\tMemory Size: 128 MB\tMax "
          "Memory Used: 97 MB\t"
          "Init Duration: 1049.63 ms\t\nXRAY TraceId: 1-2\tSegmentId: 3",
          "a-1", NULL, 1293.83, 2344, 128, true },
        { "REPORT RequestId: a-2\tMemory Size: 3008 MB\tBilled Duration: 2521 ms\tRestore Duration: 182.00 "
          "ms\t"
          "Billed Restore Duration: 182 ms\tDuration: 2338.66 ms\tStatus: timeout\tNew Field: 7 ms",
          "a-2", "timeout", 2338.66, 2521, 3008, true },
        { "REPORT RequestId: a-3\tDuration: nan ms\tBilled Duration: 1.5 ms", "a-3", NULL, 0, -1, -1, true },
        { "REPORT RequestId: ", "", NULL, 0, -1, -1, true },
        { "{\"type\":\"platform.report\",\"record\":{\"requestId\":\"b-1\",\"status\":\"success\","
          "\"metrics\":{\"durationMs\":5.25,"
          "\"billedDurationMs\":6,\"memorySizeMB\":1024}}}",
          "b-1", NULL, 5.25, 6, 1024, true },
        { "{\"type\":\"platform.report\",\"record\":{\"status\":\"error\",\"metrics\":{}}}", NULL, "error", 0,
          -1, -1, true },
        { "{\"type\":\"platform.start\",\"x\":\"platform.report\"}", NULL, NULL, 0, 0, 0, false },
        { "{platform.report", NULL, NULL, 0, 0, 0, false },
        { "a line with REPORT RequestId: x\tDuration: 1 ms", NULL, NULL, 0, 0, 0, false },
        { NULL, NULL, NULL, 0, 0, 0, false },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_run_report r;
        bool is = m2_run_report_read(&r, a, cases[i].message);
        cr_expect_eq(is, cases[i].report, "%zu", i);
        if (!is || !cases[i].report)
            continue;
        cr_expect(m2_str_eq(r.request_id, cases[i].id), "%zu: %s", i, m2_str_or(r.request_id, "NULL"));
        cr_expect(m2_str_eq(r.status, cases[i].status), "%zu", i);
        cr_expect(r.ms > cases[i].ms - 1e-9 && r.ms < cases[i].ms + 1e-9, "%zu: %f", i, r.ms);
        cr_expect_eq(r.billed_ms, cases[i].billed, "%zu: %lld", i, (long long)r.billed_ms);
        cr_expect_eq(r.memory_mb, cases[i].memory, "%zu", i);
    }
    m2_arena_free(a);
}

Test(runlog, streams_of_a_shared_group_name_their_function)
{
    static const struct {
        const char *stream;
        bool shared, is;
    } cases[] = {
        { "2026/11/23/[$LATEST]ab", false, true },
        { "2026/11/23/[$LATEST]ab", true, false },
        { "2026/11/23/job[$LATEST]ab", true, true },
        { "2026/11/23/job[7]ab", false, true },
        { "2026/11/23/jobs[$LATEST]ab", false, false },
        { NULL, false, true },
        { NULL, true, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(m2_run_log_stream_of(cases[i].stream, "job", cases[i].shared), cases[i].is, "%zu", i);
}
