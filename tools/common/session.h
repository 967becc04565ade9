/*
 * common/session.h — what every tool sets up from its shared options: settings, network, AWS client.
 */
#ifndef M2_TOOLS_SESSION_H
#define M2_TOOLS_SESSION_H

#include "m2/aws.h"
#include "m2/awsconfig.h"
#include "m2/cli.h"
#include "m2/net.h"
#include "m2/registry.h"

struct session {
    struct m2_arena *arena;
    const struct m2_sys *sys;
    struct m2_awsconfig config;
    struct m2_setting stack, api_url; /* each with where it came from */
    struct m2_net *net;
    bool owns_net;
    size_t max_per_host; /* connections; 0: the loop's default */
    struct m2_aws *aws;
    struct m2_registry *registry;
    const struct m2_common *common;
};

/** The settings that need no AWS configuration: all that a run without AWS wants. */
void session_offline(struct session *s, struct m2_arena *a, const struct m2_sys *sys,
                     const struct m2_common *common);
/** Read the settings; no network yet. Errors: M2_ECONFIG, M2_EUSAGE. */
int session_settings(struct session *s, struct m2_arena *a, const struct m2_sys *sys,
                     const struct m2_common *common, struct m2_err *err) M2_MUST_USE;
/** Start the network (NET NULL: the real one) and the AWS client. Errors: as m2_net_new, m2_aws_new. */
int session_connect(struct session *s, struct m2_net *net, struct m2_err *err) M2_MUST_USE;
void session_close(struct session *s);

/** --explain-config: each setting, its value and where it came from, as text or JSON. Loads credentials to
 * say which source gives them; never shows them. */
void session_explain(struct m2_buf *out, struct session *s, bool json);

#endif
