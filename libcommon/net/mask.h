/* net/mask.h — what must not be seen in logs and recordings. */
#ifndef M2_NET_MASK_H
#define M2_NET_MASK_H

#include "m2/buf.h"
#include "m2/net.h"

#define M2_MASK "***"

/** May the value of header NAME be shown? */
bool m2_mask_header(const char *name);
/** Append BODY with the values of secret members replaced: JSON "Name":"…", XML <Name>…</Name>, form Name=…&.
 */
void m2_mask_body(struct m2_buf *out, struct m2_bytes body);
/** Level-1 and level-2 lines of one finished exchange, through opt->log. */
void m2_log_exchange(const struct m2_net_options *opt, const struct m2_request *req,
                     const struct m2_exchange *x);

#endif
