#include "m2/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "m2/secret.h"

static void digest(const EVP_MD *md, unsigned char *out, const void *p, size_t n)
{
    if (EVP_Digest(p ? p : "", n, out, NULL, md, NULL) != 1)
        abort(); /* only memory or a broken provider */
}

void m2_hex(char *out, const unsigned char *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

void m2_sha256(unsigned char out[M2_SHA256_SIZE], const void *p, size_t n)
{
    digest(EVP_sha256(), out, p, n);
}

void m2_sha256_hex(char out[M2_SHA256_HEX], const void *p, size_t n)
{
    unsigned char d[M2_SHA256_SIZE];
    m2_sha256(d, p, n);
    m2_hex(out, d, sizeof d);
}

void m2_sha1_hex(char out[M2_SHA1_HEX], const void *p, size_t n)
{
    unsigned char d[20];
    digest(EVP_sha1(), d, p, n);
    m2_hex(out, d, sizeof d);
}

void m2_hmac_sha256(unsigned char out[M2_SHA256_SIZE], const void *key, size_t key_len, const void *p,
                    size_t n)
{
    unsigned len = M2_SHA256_SIZE;
    if (!HMAC(EVP_sha256(), key ? key : "", (int)key_len, n ? p : (const void *)"", n, out, &len))
        abort();
}

uint32_t m2_crc32(const void *p, size_t n)
{
    uLong crc = crc32(0, Z_NULL, 0);
    const unsigned char *at = p;
    while (n) {
        uInt part = n > 1u << 30 ? 1u << 30 : (uInt)n;
        crc = crc32(crc, at, part);
        at += part;
        n -= part;
    }
    return (uint32_t)crc;
}

void m2_base64_add(struct m2_buf *out, const void *p, size_t n)
{
    static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *s = p;
    for (; n >= 3; n -= 3, s += 3) {
        const char q[4] = { abc[s[0] >> 2], abc[(s[0] & 3) << 4 | s[1] >> 4],
                            abc[(s[1] & 15) << 2 | s[2] >> 6], abc[s[2] & 63] };
        m2_buf_add(out, q, 4);
    }
    if (n) {
        const unsigned char b1 = n == 2 ? s[1] : 0;
        const char q[4] = { abc[s[0] >> 2], abc[(s[0] & 3) << 4 | b1 >> 4],
                            n == 2 ? abc[(b1 & 15) << 2] : '=', '=' };
        m2_buf_add(out, q, 4);
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

static int decode_base64(struct m2_buf *out, const char *s, size_t n, struct m2_err *err)
{
    unsigned bits = 0;
    int have = 0;
    size_t digits = 0, pads = 0;
    for (size_t i = 0; i < n; i++) {
        if (strchr(" \t\r\n", s[i]) && s[i])
            continue;
        if (s[i] == '=') {
            pads++;
            continue;
        }
        int v = base64_value(s[i]);
        if (v < 0 || pads)
            return m2_fail(err, M2_EPROTO, "not base64 at byte %zu", i);
        bits = (bits << 6 | (unsigned)v) & 0xffffff;
        have += 6;
        digits++;
        if (have >= 8) {
            have -= 8;
            m2_buf_addc(out, (char)(bits >> have & 0xff));
        }
    }
    if (digits % 4 == 1 || pads > 2 || (pads && (digits + pads) % 4))
        return m2_fail(err, M2_EPROTO, "base64 text is cut short");
    return 0;
}

int m2_base64_decode(struct m2_buf *out, const char *s, size_t n, struct m2_err *err)
{
    size_t before = out->len;
    if (decode_base64(out, s, n, err) == 0)
        return 0;
    m2_wipe(out->data + before, out->len - before);
    out->len = before;
    return -1;
}

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

void m2_uri_encode(struct m2_buf *out, const char *p, size_t n, int keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (unreserved(p[i]) || (keep_slash && c == '/')) {
            m2_buf_addc(out, p[i]);
        } else {
            const char e[3] = { '%', digits[c >> 4], digits[c & 15] };
            m2_buf_add(out, e, 3);
        }
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void m2_uri_decode(struct m2_buf *out, const char *p, size_t n, int plus)
{
    for (size_t i = 0; i < n; i++) {
        int hi = -1, lo = -1;
        if (p[i] == '%' && n - i > 2) {
            hi = hex_value(p[i + 1]);
            lo = hex_value(p[i + 2]);
        }
        if (hi >= 0 && lo >= 0) {
            m2_buf_addc(out, (char)(hi << 4 | lo));
            i += 2;
        } else {
            m2_buf_addc(out, plus && p[i] == '+' ? ' ' : p[i]);
        }
    }
}
