/*
 * net/recording.h — m2-exchanges/1: what recorder writes and replay reads.
 *
 * { "schema": "m2-exchanges/1", "exchanges": [ { "method", "url", "target"? (X-Amz-Target), "request_body"?
 * or "request_body_base64"?, then "status", "headers": {}, "body" or "body_base64"; or, where no answer came,
 *   "error" (name of an error class), "message", "sent" } ] }
 */
#ifndef M2_NET_RECORDING_H
#define M2_NET_RECORDING_H

#include <string.h>

#include "m2/net.h"
#include "net/request.h"

#define M2_RECORDING_SCHEMA "m2-exchanges/1"

/** URL as recordings hold it: secrets masked. */
char *m2_recording_url(struct m2_arena *a, const char *url);

#endif
