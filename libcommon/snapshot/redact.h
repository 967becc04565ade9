/*
 * snapshot/redact.h — what must not leave the account, found in names, in texts and in trees.
 *
 * Model:     a secret becomes M2_REDACTED. What identifies somebody (account, e-mail address, canonical user)
 * becomes a token, the same for the same value throughout one run, so that equality still holds and ARNs
 * still parse. Redacting twice changes nothing.
 */
#ifndef M2_SNAPSHOT_REDACT_H
#define M2_SNAPSHOT_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/buf.h"
#include "m2/mem.h"
#include "snapshot/strmap.h"

#define M2_REDACTED "REDACTED"

#define M2_REDACTED_KNOWN 4096
struct m2_redacted {
    const char *from, *to;
};

struct m2_redactor {
    struct m2_arena *a;
    struct m2_strmap accounts, emails, users, organisation;
    struct m2_redacted known[M2_REDACTED_KNOWN]; /* what texts became last; a slot may be taken over */
    bool names_stay;                             /* only secrets go; who it is may be seen */
    bool of_organisation; /* the texts here are AWS Organizations': roots and policies too have ids */
};

/** Is NAME, of a setting (variable, parameter, tag), that of a secret? Wider than for a member of an answer.
 */
bool m2_secret_setting(const char *name);
/** Is NAME, of a member of an answer or request, that of a secret? */
bool m2_secret_member(const char *name);
/** Is the word P[0..n) in free text one after which a secret follows? *STRONG: whatever follows is one. */
bool m2_secret_word(const char *p, size_t n, bool *strong);

/** S with everything replaced, in the arena; S itself when there is nothing. S must live as long as R. */
const char *m2_redact_text(struct m2_redactor *r, const char *s);
/** As m2_redact_text, but a value behind a secret's name stays: for who has looked at the names already. */
const char *m2_redact_plain(struct m2_redactor *r, const char *s);
/** The token of ACCOUNT (12 digits), itself for CloudMRHub's. */
const char *m2_redact_account(struct m2_redactor *r, const char *account);
/** The token of a canonical user id or display name. */
const char *m2_redact_user(struct m2_redactor *r, const char *user);

/** Has V[0..n) the form of an ARN (arn: and five colons)? */
bool m2_is_arn(const char *v, size_t n);
/* One replacement over a text: append to OUT; false when nothing was found. */
bool m2_redact_credentials(struct m2_buf *out, const char *s);
bool m2_redact_settings(struct m2_buf *out, const char *s);
/** Ids of an organisation, its units and, in its paths and answers, its roots and policies. */
bool m2_redact_organisation(struct m2_redactor *r, struct m2_buf *out, const char *s);

#endif
