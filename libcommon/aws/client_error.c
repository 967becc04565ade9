#include "aws/client.h"

enum kind { DENIED = 1, CREDENTIALS = 2, EXPIRED = 4, SKEW = 8 };

/* What AWS's codes say about the caller. Source: "Common errors" of the services' API references, IAM User
 * Guide. */
static const struct {
    const char *code;
    unsigned kinds;
} codes[] = {
    { "AccessDenied", DENIED },
    { "AccessDeniedException", DENIED },
    { "UnauthorizedOperation", DENIED },
    { "Client.UnauthorizedOperation", DENIED },
    { "AuthorizationError", DENIED },
    { "AuthorizationErrorException", DENIED },
    { "UnauthorizedAccess", DENIED },
    { "NotAuthorized", DENIED },
    { "NotAuthorizedException", DENIED },
    { "AllAccessDisabled", DENIED },
    { "Forbidden", DENIED },
    { "ForbiddenException", DENIED },
    { "403", DENIED },
    { "ExpiredToken", CREDENTIALS | EXPIRED },
    { "ExpiredTokenException", CREDENTIALS | EXPIRED },
    { "TokenRefreshRequired", CREDENTIALS | EXPIRED },
    { "InvalidClientTokenId", CREDENTIALS },
    { "UnrecognizedClientException", CREDENTIALS },
    { "InvalidAccessKeyId", CREDENTIALS },
    { "InvalidToken", CREDENTIALS },
    { "InvalidTokenException", CREDENTIALS },
    { "MissingAuthenticationToken", CREDENTIALS },
    { "MissingAuthenticationTokenException", CREDENTIALS },
    { "IncompleteSignature", CREDENTIALS },
    { "IncompleteSignatureException", CREDENTIALS },
    { "UnauthorizedException", CREDENTIALS },
    { "AuthFailure", CREDENTIALS | SKEW },
    { "SignatureDoesNotMatch", CREDENTIALS | SKEW },
    { "InvalidSignatureException", CREDENTIALS | SKEW },
    { "RequestTimeTooSkewed", CREDENTIALS | SKEW },
    { "RequestExpired", CREDENTIALS | SKEW },
    { "RequestInTheFuture", CREDENTIALS | SKEW },
};

static unsigned kinds_of(const char *code)
{
    for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(codes[i].code, code))
            return codes[i].kinds;
    return 0;
}

bool m2_aws_is_denied(const char *code)
{
    return (kinds_of(code) & DENIED) != 0;
}

bool m2_aws_is_expired(const char *code)
{
    return (kinds_of(code) & EXPIRED) != 0;
}

bool m2_aws_is_skew(const char *code)
{
    return (kinds_of(code) & SKEW) != 0;
}

enum m2_errc m2_aws_error_class(const char *code, enum m2_retry_class retry)
{
    unsigned kinds = kinds_of(code);
    if (kinds & DENIED)
        return M2_EDENIED;
    if (kinds & CREDENTIALS)
        return M2_ECRED;
    return retry == M2_RETRY_THROTTLE ? M2_ETHROTTLE : M2_ESERVICE;
}

const char *m2_aws_transport_code(enum m2_errc code)
{
    static const struct {
        enum m2_errc code;
        const char *name;
    } names[] = {
        { M2_ENET, "Network" },         { M2_ETLS, "Tls" },
        { M2_ETIMEOUT, "Timeout" },     { M2_EPROTO, "Protocol" },
        { M2_ELIMIT, "Protocol" },      { M2_ECRED, "Credentials" },
        { M2_ECANCELLED, "Cancelled" }, { M2_ECONFIG, "Configuration" },
        { M2_EUSAGE, "Configuration" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    return "Internal";
}
