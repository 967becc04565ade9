#include <criterion/criterion.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/mem.h"

Test(digest, hashes_of_the_standards)
{
    char hex[M2_SHA256_HEX], sha1[M2_SHA1_HEX];
    unsigned char mac[M2_SHA256_SIZE], long_key[131];
    m2_sha256_hex(hex, NULL, 0);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    m2_sha256_hex(hex, "abc", 3); /* FIPS 180-4 */
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    m2_sha1_hex(sha1, "abc", 3);
    cr_assert_str_eq(sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    m2_hmac_sha256(mac, "Jefe", 4, "what do ya want for nothing?", 28); /* RFC 4231, case 2 */
    m2_hex(hex, mac, sizeof mac);
    cr_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(long_key, 0xaa, sizeof long_key); /* case 6: a key longer than a block */
    m2_hmac_sha256(mac, long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
                   54);
    m2_hex(hex, mac, sizeof mac);
    cr_assert_str_eq(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    cr_assert_eq(m2_crc32("123456789", 9), 0xcbf43926u);
    cr_assert_eq(m2_crc32("", 0), 0u);
}

Test(digest, base64)
{
    static const struct {
        const char *plain, *encoded;
    } pairs[] = { { "", "" },
                  { "f", "Zg==" },
                  { "fo", "Zm8=" },
                  { "foo", "Zm9v" },
                  { "foob", "Zm9vYg==" },
                  { "fooba", "Zm9vYmE=" },
                  { "foobar", "Zm9vYmFy" },
                  { "\xfb\xff", "+/8=" } };
    static const struct {
        const char *text, *want; /* NULL: refused */
    } reading[] = {
        { "Zm9v\r\nYmFy\n", "foobar" },
        { "Zm8", "fo" },
        { "-_8", "\xfb\xff" },
        { "Zg=", NULL },
        { "Zg", "f" },
        { "Z", NULL },
        { "=", NULL },
        { "Zg==Zg==", NULL },
        { "Zm9v!", NULL },
        { "Zm===", NULL },
        { "Zm9v=", NULL },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 100);
        m2_base64_add(&b, pairs[i].plain, strlen(pairs[i].plain));
        cr_assert_str_eq(b.data, pairs[i].encoded);
        m2_buf_reset(&b);
        cr_assert_eq(m2_base64_decode(&b, pairs[i].encoded, strlen(pairs[i].encoded), NULL), 0);
        cr_assert_str_eq(b.data, pairs[i].plain);
        m2_buf_free(&b);
    }
    for (size_t i = 0; i < sizeof reading / sizeof reading[0]; i++) {
        struct m2_buf b;
        struct m2_err err = { 0 };
        m2_buf_init(&b, 100);
        int rc = m2_base64_decode(&b, reading[i].text, strlen(reading[i].text), &err);
        cr_expect_eq(rc, reading[i].want ? 0 : -1, "\"%s\"", reading[i].text);
        if (reading[i].want)
            cr_expect_str_eq(b.data, reading[i].want, "\"%s\"", reading[i].text);
        else
            cr_expect_eq(err.code, M2_EPROTO, "\"%s\"", reading[i].text);
        m2_buf_free(&b);
    }
}

Test(digest, percent_encoding)
{
    static const struct {
        const char *plain;
        int keep_slash;
        const char *encoded;
    } cases[] = {
        { "azAZ09-_.~", 0, "azAZ09-_.~" },
        { "a/b c+d", 0, "a%2Fb%20c%2Bd" },
        { "a/b", 1, "a/b" },
        { "\xc3\xa9%", 0, "%C3%A9%25" },
    };
    static const struct {
        const char *text;
        int plus;
        const char *want;
    } decoding[] = {
        { "%41%4a%4A", 0, "AJJ" }, { "a+b", 1, "a b" }, { "a+b", 0, "a+b" }, { "%", 0, "%" },
        { "%4", 0, "%4" },         { "%zz", 0, "%zz" }, { "%%41", 0, "%A" }, { "a%2", 0, "a%2" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 100);
        m2_uri_encode(&b, cases[i].plain, strlen(cases[i].plain), cases[i].keep_slash);
        cr_assert_str_eq(b.data, cases[i].encoded);
        m2_buf_reset(&b);
        m2_uri_decode(&b, cases[i].encoded, strlen(cases[i].encoded), 0);
        cr_assert_str_eq(b.data, cases[i].plain);
        m2_buf_free(&b);
    }
    for (size_t i = 0; i < sizeof decoding / sizeof decoding[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 100);
        m2_uri_decode(&b, decoding[i].text, strlen(decoding[i].text), decoding[i].plus);
        cr_expect_str_eq(b.data, decoding[i].want, "%s", decoding[i].text);
        m2_buf_free(&b);
    }
}

Test(digest, a_refused_base64_text_leaves_the_output)
{
    static const struct {
        const char *coded, *plain; /* NULL: refused */
    } cases[] = {
        { "Zm9vYg", "foob" },
        { "__79", "\xff\xfe\xfd" },
        { "Zm 9v\r\nYg==\n", "foob" },
        { "Zg", "f" },
        { "Z", NULL },
        { "Zm9vY", NULL },
        { "Zg=", NULL },
        { "Zg===", NULL },
        { "=", NULL },
        { "====", NULL },
        { "Zg==Zg==", NULL },
        { "Zm9v!", NULL },
        { "Zm9v\xc3\xa9", NULL },
    };
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_err err = { 0 };
        m2_buf_reset(&b);
        m2_buf_adds(&b, "kept");
        int rc = m2_base64_decode(&b, cases[i].coded, strlen(cases[i].coded), &err);
        cr_assert_eq(rc, cases[i].plain ? 0 : -1, "%s", cases[i].coded);
        cr_assert_str_eq(b.data + 4, cases[i].plain ? cases[i].plain : "", "%s", cases[i].coded);
        cr_assert_eq(b.len, 4 + strlen(cases[i].plain ? cases[i].plain : ""));
    }
    m2_buf_free(&b);
}

Test(digest, nothing_may_be_a_null_pointer)
{
    char hex[M2_SHA256_HEX];
    unsigned char mac[M2_SHA256_SIZE];
    m2_hmac_sha256(mac, NULL, 0, NULL, 0);
    m2_hex(hex, mac, sizeof mac);
    cr_assert_str_eq(hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    m2_sha256_hex(hex, NULL, 0);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cr_assert_eq(m2_crc32(NULL, 0), 0);
}
