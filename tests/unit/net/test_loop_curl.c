#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "m2/json.h"
#include "m2/net.h"
#include "testsys.h"

static struct testsys sys;
static char logged[65536];

static void keep_log(void *user, int level, const char *line)
{
    (void)user;
    size_t n = strlen(logged);
    (void)snprintf(logged + n, sizeof logged - n, "%d %s\n", level, line);
}

static struct m2_net *loop(const char *ca)
{
    struct m2_net *n = NULL;
    struct m2_err err = { 0 };
    struct m2_net_options opt = {
        .ca_bundle = ca, .max_per_host = 4, .user_agent = "m2-test", .sys = &sys.sys, .log = keep_log
    };
    cr_assert_eq(m2_net_new(&n, &opt, &err), 0, "%s", err.msg);
    return n;
}

static void need(struct fake *f, const char *script)
{
    testsys_init(&sys, NULL);
    if (!fake_start(f, script, NULL, NULL))
        cr_skip_test("python3 is not here: the loopback server cannot run");
}

/* One answer, copied. */
struct got {
    int n;
    bool ok, sent;
    int status;
    enum m2_errc code;
    char msg[1024], body[256];
    size_t body_len;
    int64_t ms;
};

static void on_done(void *user, const struct m2_exchange *x)
{
    struct got *g = user;
    g->n++;
    g->ok = x->ok;
    g->sent = x->sent;
    g->code = x->err.code;
    g->ms = x->elapsed_ms;
    (void)snprintf(g->msg, sizeof g->msg, "%s", x->err.msg);
    if (x->ok) {
        g->status = x->response.status;
        g->body_len = x->response.body.n;
        (void)snprintf(g->body, sizeof g->body, "%s", x->response.body.p);
    }
}

static void ask(struct got *g, struct m2_net *n, const struct m2_request *req)
{
    *g = (struct got){ 0 };
    m2_net_send(n, req, on_done, g);
    cr_assert_eq(g->n, 0, "the callback must come from a step");
    while (m2_net_step(n, 100))
        ;
    cr_assert_eq(g->n, 1);
}

Test(loop_curl, every_fault_is_one_sentence)
{
    static const char script[] =
        "{\"rules\":[{\"path\":\"/good\",\"body\":\"hello\"},{\"path\":\"/"
        "drop\",\"drop\":\"before\"},{\"path\":\"/reset\",\"drop\":\"reset\"},"
        "{\"path\":\"/cut\",\"body\":\"0123456789\",\"cut\":4},{\"path\":\"/"
        "stall\",\"body\":\"0123456789\",\"stall\":1},"
        "{\"path\":\"/"
        "endless\",\"endless\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"every_ms\":1},"
        "{\"path\":\"/slow\",\"endless\":\".\",\"every_ms\":20},{\"path\":\"/"
        "raw\",\"raw\":\"SSH-2.0-x\\r\\n\"},"
        "{\"path\":\"/gzip\",\"headers\":{\"Content-Encoding\":\"gzip\"},\"body\":\"x\"},{\"path\":\"/"
        "part\",\"status\":206,\"body\":\"x\"},"
        "{\"path\":\"/moved\",\"status\":301,\"headers\":{\"Location\":\"http://192.0.2.1/"
        "\"},\"body\":\"go\"},"
        "{\"path\":\"/big\",\"body\":\"0123456789\",\"repeat\":100},{\"path\":\"/"
        "bighead\",\"body\":\"\"},"
        "{\"path\":\"/short\",\"headers\":{\"Content-Length\":\"3\"},\"body\":\"hello\"},"
        "{\"path\":\"/html\",\"status\":500,\"body\":\"<html>\"},{\"path\":\"/continue\",\"raw\":\"HTTP/1.1 "
        "100 C\\r\\nA: b\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n"
        "Content-Length: 2\\r\\n\\r\\nok\"},{\"path\":\"/mute\",\"delay_ms\":5000}]}";
    static const struct {
        const char *path;
        enum m2_errc code;
        int status;
        bool sent;
        const char *says;
    } cases[] = {
        { "/good", M2_OK, 200, true, "hello" },
        { "/drop", M2_ENET, 0, true, "closed the connection without an answer" },
        { "/reset", M2_ENET, 0, true, "without an answer" },
        { "/cut", M2_ENET, 0, true, "after 4 of 10 bytes" },
        { "/stall", M2_ETIMEOUT, 0, true, "sent nothing for 0.3 s" },
        { "/mute", M2_ETIMEOUT, 0, true, "sent nothing for 0.3 s" },
        { "/endless", M2_ELIMIT, 0, true, "passes 500 bytes" },
        { "/slow", M2_ETIMEOUT, 0, true, "did not finish its answer within 1" },
        { "/raw", M2_EPROTO, 0, true, "not HTTP" },
        { "/gzip", M2_EPROTO, 0, true, "compressed" },
        { "/part", M2_EPROTO, 0, true, "206" },
        { "/moved", M2_OK, 301, true, "go" },
        { "/big", M2_ELIMIT, 0, true, "passes 500 bytes" },
        { "/short", M2_OK, 200, true, "hel" },
        { "/html", M2_OK, 500, true, "<html>" },
        { "/continue", M2_OK, 200, true, "ok" },
    };
    struct fake f;
    need(&f, script);
    struct m2_net *n = loop(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char url[128], who[64];
        struct got g;
        (void)snprintf(url, sizeof url, "%s%s", f.url, cases[i].path);
        (void)snprintf(who, sizeof who, "127.0.0.1:%d", f.port);
        struct m2_request req = { .method = "POST",
                                  .url = url,
                                  .flags = M2_HTTP_PLAIN_OK,
                                  .body = { "abc", 3 },
                                  .idle_timeout_ms = 300,
                                  .total_timeout_ms = 1000,
                                  .max_body = 500 };
        ask(&g, n, &req);
        cr_assert_eq(g.code, cases[i].code, "%s: %d %s", cases[i].path, (int)g.code, g.msg);
        cr_assert_eq(g.ok, cases[i].status != 0, "%s", cases[i].path);
        cr_assert_eq(g.status, cases[i].status, "%s: %d", cases[i].path, g.status);
        cr_assert_eq(g.sent, cases[i].sent, "%s: sent", cases[i].path);
        cr_assert(strstr(g.ok ? g.body : g.msg, cases[i].says), "%s: '%s' '%s'", cases[i].path, g.msg,
                  g.body);
        cr_assert(g.ok || strstr(g.msg, who), "%s names the host: %s", cases[i].path, g.msg);
    }
    m2_net_free(n);
    fake_stop(&f);
}

Test(loop_curl, what_cannot_have_left_is_not_sent)
{
    testsys_init(&sys, NULL);
    struct m2_net *n = loop(NULL);
    struct got g;
    char url[64];
    int port, fd;
    (void)fake_port(&port, false);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    struct m2_request req = {
        .method = "GET", .url = url, .flags = M2_HTTP_PLAIN_OK, .connect_timeout_ms = 400
    };
    ask(&g, n, &req);
    cr_assert_eq(g.code, M2_ENET);
    cr_assert(strstr(g.msg, "connection refused") && strstr(g.msg, "127.0.0.1"), "%s", g.msg);
    cr_assert_not(g.sent, "nobody listened");
    req.url = "https://no-such-host.invalid/";
    ask(&g, n, &req);
    cr_assert(g.code == M2_ENET || g.code == M2_ETIMEOUT, "%s", g.msg);
    cr_assert(strstr(g.msg, "no-such-host.invalid"), "%s", g.msg);
    cr_assert_not(g.sent);
    /* A listener that never shakes hands: TLS does not come up, so nothing of the request left. */
    fd = fake_port(&port, true);
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
    req.url = url;
    ask(&g, n, &req);
    cr_assert_eq(g.code, M2_ETIMEOUT, "%s", g.msg);
    cr_assert(strstr(g.msg, "no connection to 127.0.0.1") && strstr(g.msg, "0.4 s"), "%s", g.msg);
    cr_assert_not(g.sent);
    (void)close(fd);
    req.url = "http://u:hunter2@127.0.0.1/";
    ask(&g, n, &req);
    cr_assert_eq(g.code, M2_ECONFIG);
    cr_assert_not(g.sent);
    cr_assert_null(strstr(logged, "hunter2"), "%s", logged);
    m2_net_free(n);
}

Test(loop_curl, certificates_are_always_verified)
{
    char dir[] = "/tmp/m2-tls-XXXXXX", command[512], cert[64], key[64], url[64];
    struct fake f;
    struct got g;
    testsys_init(&sys, NULL);
    cr_assert(mkdtemp(dir));
    (void)snprintf(cert, sizeof cert, "%s/cert.pem", dir);
    (void)snprintf(key, sizeof key, "%s/key.pem", dir);
    (void)snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -addext "
        "subjectAltName=DNS:localhost -days 2 -keyout %s -out %s >%s/out 2>&1",
        key, cert, dir);
    if (system(command) != 0 || !fake_start(&f, "{\"rules\":[{\"body\":\"secret place\"}]}", cert, key))
        cr_skip_test("the openssl command or python3 is not here");
    struct m2_net *n = loop(NULL);
    (void)snprintf(url, sizeof url, "https://localhost:%d/", f.port);
    struct m2_request req = { .method = "POST", .url = url, .body = { "x", 1 } };
    ask(&g, n, &req);
    cr_assert_eq(g.code, M2_ETLS, "%s", g.msg);
    cr_assert(strstr(g.msg, "localhost") && strstr(g.msg, "self-signed"), "%s", g.msg);
    cr_assert_not(g.sent, "a refused certificate comes before the request");
    m2_net_free(n);
    n = loop(cert); /* named as the bundle it is trusted … */
    ask(&g, n, &req);
    cr_assert(g.ok && strcmp(g.body, "secret place") == 0, "%s", g.msg);
    (void)unlink(cert); /* read once a run, not once a connection */
    req.flags = M2_HTTP_NO_REUSE;
    ask(&g, n, &req);
    cr_assert(g.ok, "%s", g.msg);
    req.url = f.url; /* … but not under another name */
    ask(&g, n, &req);
    cr_assert_eq(g.code, M2_ETLS, "%s", g.msg);
    m2_net_free(n);
    struct m2_err err = { 0 };
    struct m2_net_options opt = { .ca_bundle = "/no/such/bundle.pem", .sys = &sys.sys };
    cr_assert_eq(m2_net_new(&n, &opt, &err), -1);
    cr_assert(err.code == M2_ECONFIG && strstr(err.msg, "/no/such/bundle.pem: No such file"), "%s", err.msg);
    fake_stop(&f);
    (void)unlink(cert);
    (void)unlink(key);
    (void)snprintf(command, sizeof command, "%s/out", dir);
    (void)unlink(command);
    (void)rmdir(dir);
}

Test(loop_curl, many_at_once_share_few_connections)
{
    enum { MANY = 40 };
    struct fake f;
    struct got g[MANY];
    char url[128];
    need(&f, "{\"rules\":[{\"path\":\"/x\",\"delay_ms\":50,\"body\":\"ok\"}]}");
    struct m2_net *n = loop(NULL);
    (void)snprintf(url, sizeof url, "%s/x", f.url);
    struct m2_request req = {
        .method = "GET", .url = url, .flags = M2_HTTP_PLAIN_OK, .connect_timeout_ms = 250
    };
    int64_t before = m2_mono_ms(&sys.sys);
    for (int i = 0; i < MANY; i++) {
        g[i] = (struct got){ 0 };
        m2_net_send(n, &req, on_done, &g[i]);
    }
    while (m2_net_step(n, 1000))
        ;
    int64_t took = m2_mono_ms(&sys.sys) - before;
    for (int i = 0; i < MANY; i++)
        cr_assert(g[i].n == 1 && g[i].ok, "%d: %s (waiting for a free connection is no connect timeout)", i,
                  g[i].msg);
    cr_assert(took >= MANY / 4 * 50 - 20, "four at a time: %lld ms", (long long)took);
    struct m2_response r = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_value *log = NULL;
    (void)snprintf(url, sizeof url, "%s/__log", f.url);
    cr_assert_eq(m2_net_fetch(&r, a, n, &req, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_json_parse(&log, a, r.body, "log", &err), 0, "%s", err.msg);
    cr_assert_eq(m2_v_len(log), MANY);
    for (size_t i = 0; i < MANY; i++)
        cr_assert(m2_v_int_or(m2_v_at(log, i), "connection", 99) <= 4);
    cr_assert_str_eq(m2_v_pstr(log, "[0].headers.user-agent"), "m2-test");
    cr_assert_null(m2_v_pstr(log, "[0].headers.expect"));
    cr_assert_eq(m2_net_started(n), MANY + 1);
    m2_arena_free(a);
    m2_net_free(n);
    fake_stop(&f);
}

Test(loop_curl, the_log_shows_requests_and_hides_secrets)
{
    struct fake f;
    struct got g;
    char url[160];
    need(&f, "{\"rules\":[{\"headers\":{\"Set-Cookie\":\"hunter2\",\"X-Evil\":\"a\\u001b[31m\",\"Date\":null}"
             ",\"body\":\"hunter2\"}]}");
    struct m2_net *n = loop(NULL);
    (void)snprintf(url, sizeof url, "%s/p?X-Amz-Signature=hunter2&a=b", f.url);
    static const struct m2_header headers[] = { { "Authorization", "AWS4 hunter2" },
                                                { "X-Amz-Security-Token", "hunter2" },
                                                { "x-amz-sso_bearer_token", "hunter2" },
                                                { "x-aws-ec2-metadata-token", "hunter2" },
                                                { "X-Empty", "" },
                                                { "X-Plain", "seen" } };
    struct m2_request req = { .method = "PUT",
                              .url = url,
                              .flags = M2_HTTP_PLAIN_OK,
                              .headers = headers,
                              .n_headers = 6,
                              .body = { "hunter2", 7 },
                              .label = "ec2 DescribeSubnets" };
    ask(&g, n, &req);
    cr_assert(g.ok, "%s", g.msg);
    cr_assert_null(strstr(logged, "hunter2"), "%s", logged);
    cr_assert_null(strchr(logged, '\x1b'), "%s", logged);
    static const char *const want[] = { "1 200 ",
                                        " ms PUT http://127.0.0.1:",
                                        "?X-Amz-Signature=***&a=b ec2 DescribeSubnets\n",
                                        "2 > Authorization: ***\n",
                                        "2 > X-Plain: seen\n",
                                        "2 < set-cookie: ***\n" };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        cr_assert(strstr(logged, want[i]), "'%s' in\n%s", want[i], logged);
    m2_net_free(n);
    fake_stop(&f);
}

static void count(void *user)
{
    ++*(int *)user;
}

Test(loop_curl, cancel_ends_everything_within_a_second)
{
    enum { MANY = 10 };
    struct fake f;
    struct got g[MANY];
    int fired = 0;
    need(&f, "{\"rules\":[{\"delay_ms\":20000}]}");
    struct m2_net *n = loop(NULL);
    struct m2_request req = { .method = "GET", .url = f.url, .flags = M2_HTTP_PLAIN_OK };
    for (int i = 0; i < MANY; i++) {
        g[i] = (struct got){ 0 };
        m2_net_send(n, &req, on_done, &g[i]);
    }
    m2_net_after(n, 60000, count, &fired);
    int64_t before = m2_mono_ms(&sys.sys);
    sys.cancel_at_ms = before + 100;
    while (m2_net_step(n, 60000))
        ;
    cr_assert(m2_mono_ms(&sys.sys) - before < 1000);
    for (int i = 0; i < MANY; i++)
        cr_assert(g[i].n == 1 && g[i].code == M2_ECANCELLED);
    cr_assert(g[0].sent && !g[MANY - 1].sent, "the last one still waited for its turn");
    cr_assert_eq(fired, 1, "waiting calls learn of it too");
    m2_net_send(n, &req, on_done, &g[0]); /* dropped without callback */
    m2_net_after(n, 60000, count, &fired);
    m2_net_free(n);
    cr_assert_eq(g[0].n, 1);
    fake_stop(&f);
}

Test(loop_curl, a_pause_lasts_its_time_and_ends_with_the_run)
{
    testsys_init(&sys, NULL);
    struct m2_net *n = loop(NULL);
    int64_t before = m2_mono_ms(&sys.sys);
    m2_net_pause(n, 300);
    int64_t took = m2_mono_ms(&sys.sys) - before;
    cr_assert(took >= 300, "%lld ms", (long long)took);
    sys.cancel_at_ms = m2_mono_ms(&sys.sys) + 100;
    m2_net_pause(n, 3600000);
    cr_assert(m2_cancelled(&sys.sys));
    m2_net_pause(n, 3600000); /* of a run that is cancelled already */
    cr_assert(!m2_net_step(n, 0), "no timer is left behind");
    m2_net_free(n);
}

Test(loop_curl, what_must_be_finished_is_when_the_run_is_cancelled)
{
    struct fake f;
    struct got finished = { 0 }, other = { 0 };
    need(&f, "{\"rules\":[{\"path\":\"/delete\",\"delay_ms\":600,\"body\":\"done\"},{\"delay_ms\":20000}]}");
    struct m2_net *n = loop(NULL);
    char url[128];
    (void)snprintf(url, sizeof url, "%s/delete", f.url);
    struct m2_request must = { .method = "POST", .url = url, .flags = M2_HTTP_PLAIN_OK | M2_HTTP_FINISH };
    struct m2_request may = { .method = "GET", .url = f.url, .flags = M2_HTTP_PLAIN_OK };
    m2_net_send(n, &must, on_done, &finished);
    m2_net_send(n, &may, on_done, &other);
    int64_t before = m2_mono_ms(&sys.sys);
    sys.cancel_at_ms = before + 200;
    while (other.n == 0)
        (void)m2_net_step(n, 1000);
    cr_assert(other.code == M2_ECANCELLED && finished.n == 0, "the other one ends at once");
    while (m2_net_step(n, 60000))
        ;
    cr_assert(finished.n == 1 && finished.ok, "%s", finished.msg);
    cr_assert(m2_mono_ms(&sys.sys) - before < 5000);
    finished = (struct got){ 0 };
    m2_net_send(n, &must, on_done, &finished); /* begun after: not at all */
    while (m2_net_step(n, 60000))
        ;
    cr_assert(finished.n == 1 && finished.code == M2_ECANCELLED);
    m2_net_free(n);
    fake_stop(&f);
}

struct nested {
    struct m2_net *n;
    const struct m2_request *req;
    int depth, status;
};

/* A callback that fetches: credentials are renewed in the middle of a run. */
static void fetch_inside(void *user, const struct m2_exchange *x)
{
    struct nested *s = user;
    struct m2_response r = { 0 };
    struct m2_err err = { 0 };
    cr_assert(x->ok, "%s", x->err.msg);
    if (++s->depth < 5) {
        struct m2_arena *a = m2_arena_new();
        m2_net_send(s->n, s->req, fetch_inside, s);
        cr_assert_eq(m2_net_fetch(&r, a, s->n, s->req, &err), 0, "%s", err.msg);
        s->status = r.status;
        m2_arena_free(a);
    }
    cr_assert_str_eq(x->response.body.p, "ok", "an outer answer survives the inner steps");
}

Test(loop_curl, a_callback_may_fetch)
{
    struct fake f;
    need(&f, "{\"rules\":[{\"body\":\"ok\"}]}");
    struct m2_net *n = loop(NULL);
    struct m2_request req = { .method = "GET", .url = f.url, .flags = M2_HTTP_PLAIN_OK };
    struct nested s = { n, &req, 0, 0 };
    m2_net_send(n, &req, fetch_inside, &s);
    while (m2_net_step(n, 100))
        ;
    cr_assert_eq(s.depth, 5);
    cr_assert_eq(s.status, 200);
    m2_net_free(n);
    fake_stop(&f);
}

Test(loop_curl, a_dead_kept_connection_does_not_send_a_write_twice)
{
    struct fake f;
    struct got g;
    char url[128];
    need(&f, "{\"rules\":[{\"path\":\"/warm\",\"body\":\"ok\",\"times\":1},{\"path\":\"/"
             "write\",\"drop\":\"before\"},{\"body\":\"ok\"}]}");
    struct m2_net *n = loop(NULL);
    struct m2_request req = {
        .method = "POST", .url = url, .flags = M2_HTTP_PLAIN_OK | M2_HTTP_NO_REUSE, .body = { "x", 1 }
    };
    (void)snprintf(url, sizeof url, "%s/warm", f.url);
    ask(&g, n, &req);
    cr_assert(g.ok);
    (void)snprintf(url, sizeof url, "%s/write", f.url);
    ask(&g, n, &req);
    cr_assert(!g.ok && g.sent, "%s", g.msg);
    (void)snprintf(url, sizeof url, "%s/__log", f.url);
    req.method = "GET";
    req.body = (struct m2_bytes){ NULL, 0 };
    req.flags = M2_HTTP_PLAIN_OK;
    struct m2_arena *a = m2_arena_new();
    struct m2_response r = { 0 };
    struct m2_value *log = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_net_fetch(&r, a, n, &req, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_json_parse(&log, a, r.body, "log", &err), 0, "%s", err.msg);
    cr_assert_eq(m2_v_len(log), 2, "%s", r.body.p);
    m2_arena_free(a);
    m2_net_free(n);
    fake_stop(&f);
}

Test(loop_curl, a_proxy_that_cannot_be_reached_is_named_without_its_password)
{
    int port;
    char proxy[64];
    const char *env[] = { "HTTPS_PROXY", proxy, NULL };
    struct got g;
    (void)fake_port(&port, false);
    (void)snprintf(proxy, sizeof proxy, "http://user:hunter2@127.0.0.1:%d", port);
    testsys_init(&sys, env);
    struct m2_net *n = loop(NULL);
    struct m2_request req = { .method = "GET", .url = "https://ec2.us-east-1.amazonaws.com/" };
    ask(&g, n, &req);
    cr_assert(g.code == M2_ENET && strstr(g.msg, "through the proxy 127.0.0.1:"), "%s", g.msg);
    cr_assert_null(strstr(g.msg, "hunter2"));
    cr_assert_null(strstr(logged, "hunter2"), "%s", logged);
    m2_net_free(n);
}
