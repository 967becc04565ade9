/*
 * m2/digest.h — hashes and encodings that AWS's protocols need (OpenSSL EVP underneath).
 */
#ifndef M2_DIGEST_H
#define M2_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "m2/buf.h"
#include "m2/err.h"

#define M2_SHA256_SIZE 32
#define M2_SHA256_HEX 65
#define M2_SHA1_HEX 41

void m2_sha256(unsigned char out[M2_SHA256_SIZE], const void *p, size_t n);
void m2_sha256_hex(char out[M2_SHA256_HEX], const void *p, size_t n);
void m2_sha1_hex(char out[M2_SHA1_HEX], const void *p, size_t n);
void m2_hmac_sha256(unsigned char out[M2_SHA256_SIZE], const void *key, size_t key_len, const void *p,
                    size_t n);
void m2_hex(char *out /* 2n+1 */, const unsigned char *p, size_t n);
uint32_t m2_crc32(const void *p, size_t n); /* zlib's CRC-32 */

void m2_base64_add(struct m2_buf *out, const void *p, size_t n);
/** Standard and URL-safe alphabets, padding optional, white space skipped. Errors: M2_EPROTO; OUT is
 * then as before. */
int m2_base64_decode(struct m2_buf *out, const char *s, size_t n, struct m2_err *err) M2_MUST_USE;

/** RFC 3986 percent-encoding, upper-case hex, unreserved kept; '/' kept when KEEP_SLASH. */
void m2_uri_encode(struct m2_buf *out, const char *p, size_t n, int keep_slash);
/** Decode %XX; '+' becomes a space when PLUS. Malformed escapes stay as they are. */
void m2_uri_decode(struct m2_buf *out, const char *p, size_t n, int plus);

#endif
