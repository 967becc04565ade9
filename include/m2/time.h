/*
 * m2/time.h — instants as milliseconds since 1970 UTC, and their texts. Never local time.
 */
#ifndef M2_TIME_H
#define M2_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/err.h"

#define M2_ISO_SIZE 40 /* the longest, "2026-11-23T09:00:00.123000+00:00", has 32 bytes and its NUL */

/** Read ISO 8601 (date alone, no seconds, fraction; Z, +hh:mm, +hhmm, +hh, "UTC"; no zone is UTC), RFC 822/1123 dates, or
 * epoch seconds as text (digits alone are seconds). A leap second is the first one behind it. False when S is none of these or
 * out of years 1..9999; *out_ms unchanged. */
bool m2_time_parse(int64_t *out_ms, const char *s);
/** "2026-11-23T09:00:00Z", with ".123" only when milliseconds are not zero. */
void m2_time_iso(char out[M2_ISO_SIZE], int64_t ms);
/** "2026-11-23T09:00:00+00:00", fraction in microseconds only when not zero: as the AWS CLI prints. */
void m2_time_cli(char out[M2_ISO_SIZE], int64_t ms);
/** "20261123T090000Z" (SigV4). */
void m2_time_amz(char out[M2_ISO_SIZE], int64_t ms);
/** "Mon, 23 Nov 2026 09:00:00 GMT". */
void m2_time_rfc822(char out[M2_ISO_SIZE], int64_t ms);

/** "90", "90s", "15m", "7d", "2h", "1w" to milliseconds. Errors: M2_EUSAGE naming WHAT. */
int m2_duration_parse(int64_t *out_ms, const char *s, const char *what, struct m2_err *err) M2_MUST_USE;

#endif
