#include <criterion/criterion.h>
#include <string.h>

#include "m2/retry.h"
#include "net/mask.h"
#include "net/proxy.h"
#include "net/request.h"
#include "net/timers.h"
#include "testsys.h"

Test(request, urls)
{
    static const struct {
        const char *url, *host, *authority; /* host NULL: refused */
        unsigned flags;
    } cases[] = {
        { "https://ec2.us-east-1.amazonaws.com/", "ec2.us-east-1.amazonaws.com",
          "ec2.us-east-1.amazonaws.com", 0 },
        { "https://EXAMPLE.com:8443?x=1", "example.com", "EXAMPLE.com:8443", 0 },
        { "http://[::1]:5000/x", "::1", "[::1]:5000", M2_HTTP_PLAIN_OK },
        { "http://127.0.0.1:5000", "127.0.0.1", "127.0.0.1:5000", M2_HTTP_PLAIN_OK },
        { "http://127.0.0.1:5000", NULL, NULL, 0 },
        { "https://user:pw@example.com/", NULL, NULL, 0 },
        { "https://user@example.com/", NULL, NULL, 0 },
        { "https://example.com/a@b", "example.com", "example.com", 0 },
        { "https://example.com/a b", NULL, NULL, 0 },
        { "https://example.com/a\r\nX: y", NULL, NULL, 0 },
        { "https://example.com\\@evil.com/", NULL, NULL, 0 },
        { "https://ex\xc3\xa4mple.com/", NULL, NULL, 0 },
        { "https:///x", NULL, NULL, 0 },
        { "https://:80/", NULL, NULL, 0 },
        { "https://h:99999/", NULL, NULL, 0 },
        { "https://h:/", NULL, NULL, 0 },
        { "https://[::1/", NULL, NULL, 0 },
        { "https://[::1]x/", NULL, NULL, 0 },
        { "https://h/#frag", NULL, NULL, 0 },
        { "file:///etc/passwd", NULL, NULL, M2_HTTP_PLAIN_OK },
        { "ftp://h/", NULL, NULL, M2_HTTP_PLAIN_OK },
        { "", NULL, NULL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_request req = { .method = "GET", .url = cases[i].url, .flags = cases[i].flags };
        struct m2_target t = { 0 };
        struct m2_err err = { 0 };
        int rc = m2_request_check(&t, &req, &err);
        cr_assert_eq(rc, cases[i].host ? 0 : -1, "%s: %s", cases[i].url, err.msg);
        if (rc == 0) {
            cr_assert_str_eq(t.host, cases[i].host);
            cr_assert_str_eq(t.authority, cases[i].authority);
        } else {
            cr_assert_eq(err.code, M2_ECONFIG, "%s", cases[i].url);
            cr_assert_null(strstr(err.msg, "pw"), "a password in the message: %s", err.msg);
        }
    }
}

Test(request, headers)
{
    static const struct {
        struct m2_header h;
        bool ok;
    } cases[] = {
        { { "X-Good", "a value\twith tab" }, true },
        { { "X-Good", "" }, true },
        { { "X-Good", "caf\xc3\xa9" }, true },
        { { "X-Bad", "a\r\nInjected: 1" }, false },
        { { "X-Bad", "a\nb" }, false },
        { { "X Bad", "a" }, false },
        { { "X:Bad", "a" }, false },
        { { "", "a" }, false },
        { { "X-Bad", NULL }, false },
        { { "X-Bad\r\n", "a" }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_request req = {
            .method = "GET", .url = "https://h/", .headers = &cases[i].h, .n_headers = 1
        };
        struct m2_target t;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_request_check(&t, &req, &err) == 0, cases[i].ok, "case %zu: %s", i, err.msg);
    }
}

Test(request, proxies_come_from_the_environment_but_never_for_local_hosts)
{
    static const struct {
        const char *env[7], *url, *want; /* want NULL: refused */
    } cases[] = {
        { { "HTTPS_PROXY", "http://p:3128" }, "https://h/", "http://p:3128" },
        { { "https_proxy", "p:1", "HTTPS_PROXY", "p:2" }, "https://h/", "p:1" },
        { { "http_proxy", "p:1" }, "http://h/", "p:1" },
        { { "HTTP_PROXY", "p:1" }, "http://h/", "" },
        { { "http_proxy", "p:1" }, "https://h/", "" },
        { { "ALL_PROXY", "socks5h://p:1" }, "https://h/", "socks5h://p:1" },
        { { "HTTPS_PROXY", "http://p:3128", "http_proxy", "p" }, "http://127.0.0.1:4/", "" },
        { { "HTTPS_PROXY", "p:3128" }, "https://localhost/", "" },
        { { "http_proxy", "p:3128" }, "http://169.254.169.254/latest", "" },
        { { "http_proxy", "p:3128" }, "http://169.254.170.2/x", "" },
        { { "http_proxy", "p:3128" }, "http://[fd00:ec2::254]/x", "" },
        { { "http_proxy", "p:3128" }, "http://[::1]:80/x", "" },
        { { "HTTPS_PROXY", "ftp://p" }, "https://h/", NULL },
        { { "HTTPS_PROXY", "http://u:secret@" }, "https://h/", NULL },
        { { "HTTPS_PROXY", "http://u:secret@p:99999" }, "https://h/", NULL },
        { { "HTTPS_PROXY", "http://u:sec ret@p" }, "https://h/", NULL },
        { { "HTTPS_PROXY", "http://[::1]:3128/" }, "https://h/", "http://[::1]:3128/" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct testsys sys;
        struct m2_proxies p;
        struct m2_target t;
        struct m2_err err = { 0 };
        struct m2_request req = { .method = "GET", .url = cases[i].url, .flags = M2_HTTP_PLAIN_OK };
        testsys_init(&sys, cases[i].env);
        int rc = m2_proxies_read(&p, &sys.sys, &err);
        cr_assert_eq(rc, cases[i].want ? 0 : -1, "case %zu: %s", i, err.msg);
        cr_assert_null(strstr(err.msg, "sec"), "a password in the message: %s", err.msg);
        if (rc < 0) {
            cr_assert_eq(err.code, M2_ECONFIG);
            continue;
        }
        cr_assert_eq(m2_request_check(&t, &req, &err), 0);
        cr_assert_str_eq(m2_proxy_for(&p, &t, 0), cases[i].want, "case %zu", i);
        cr_assert_str_eq(m2_proxy_for(&p, &t, M2_HTTP_NO_PROXY), "");
    }
}

Test(request, secrets_are_masked)
{
    static const struct {
        const char *raw, *url, *body;
    } cases[] = {
        { "https://u:pw@h/p?a=1&X-Amz-Signature=abc&b", "https://***@h/p?a=1&X-Amz-Signature=***&b", NULL },
        { "https://h/?x-amz-security-token=t&X-Amz-Credential=c",
          "https://h/?x-amz-security-token=***&X-Amz-Credential=***", NULL },
        { "https://h/p?NextToken=abc", "https://h/p?NextToken=abc", NULL },
        { "plain text", "plain text", "plain text" },
        { "{\"SecretAccessKey\" : \"a\\\"b\", \"NextToken\":\"x\"}", NULL,
          "{\"SecretAccessKey\" : \"***\", \"NextToken\":\"x\"}" },
        { "<SessionToken>abc</SessionToken><Other>x</Other>", NULL,
          "<SessionToken>***</SessionToken><Other>x</Other>" },
        { "Action=AssumeRole&TokenCode=123456&X=1", NULL, "Action=AssumeRole&TokenCode=***&X=1" },
        { "Password=p", NULL, "Password=***" },
        { "{\"accessToken\":\"unfinished", NULL, "{\"accessToken\":\"***" },
        { "{\"accessToken\":\"unfinished\\", NULL, "{\"accessToken\":\"***" },
        { "{\"accessToken\":", NULL, "{\"accessToken\":" },
        { "{\"accessToken\"", NULL, "{\"accessToken\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 10000);
        if (cases[i].url) {
            m2_mask_url(&b, cases[i].raw);
            cr_assert_str_eq(b.data, cases[i].url);
        }
        m2_buf_reset(&b);
        if (cases[i].body) {
            m2_mask_body(&b, m2_bytes_of(cases[i].raw));
            cr_assert_str_eq(b.data, cases[i].body);
        }
        m2_buf_free(&b);
    }
    cr_assert(m2_mask_header("Authorization"));
    cr_assert(m2_mask_header("x-amz-sso_bearer_token"));
    cr_assert_not(m2_mask_header("x-amz-date"));
}

struct order {
    int seen[200], n;
};
struct tick {
    struct order *order;
    int id;
};

static void tick(void *user)
{
    struct tick *t = user;
    t->order->seen[t->order->n++] = t->id;
}

Test(request, timers_run_by_due_time_then_by_age)
{
    struct m2_timers t = { 0 };
    struct order order = { .n = 0 };
    struct tick ticks[100];
    for (int i = 0; i < 100; i++) {
        ticks[i] = (struct tick){ &order, i };
        m2_timers_add(&t, (i * 37) % 10, tick, &ticks[i]);
    }
    cr_assert(m2_timers_run(&t, 4));
    cr_assert_eq(order.n, 50);
    cr_assert(m2_timers_run(&t, 100));
    cr_assert_not(m2_timers_run(&t, 100));
    cr_assert_eq(order.n, 100);
    for (int i = 1; i < 100; i++) {
        int a = order.seen[i - 1], b = order.seen[i];
        int due_a = (a * 37) % 10, due_b = (b * 37) % 10;
        cr_assert(due_a < due_b || (due_a == due_b && a < b), "%d before %d", a, b);
    }
    m2_timers_free(&t);
}
