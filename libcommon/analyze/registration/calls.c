/* Brain's calls in a snapshot, recorded by the client or put together by hand. */
#include <string.h>

#include "m2/registration.h"
#include "m2/str.h"

/* The path of OPERATION without what a person may have pasted before or behind it. */
static bool is_path(const char *operation, const char *path)
{
    size_t n = strcspn(m2_str_or(operation, ""), "?"), m = strlen(path);
    while (n && operation[n - 1] == '/')
        n--;
    return n >= m && strncmp(operation + n - m, path, m) == 0 && (n == m || operation[n - m - 1] == '/');
}

const struct m2_call *m2_brain_call(const struct m2_snapshot *s, const char *path,
                                    const struct m2_call *after)
{
    for (size_t i = after ? after->index + 1 : 0; i < s->n_calls; i++) {
        const struct m2_call *c = &s->calls[i];
        if (m2_str_eq(c->service, "brain") && (!path || is_path(c->operation, path)))
            return c;
    }
    return NULL;
}

static enum m2_brain_fault by_words(const char *said)
{
    static const struct {
        const char *word;
        enum m2_brain_fault fault;
    } words[] = {
        { "expired", M2_BRAIN_EXPIRED },        { "Missing Authentication Token", M2_BRAIN_WRONG_URL },
        { "certificate", M2_BRAIN_TLS },        { "SSL", M2_BRAIN_TLS },
        { "group Admins", M2_BRAIN_NOT_ADMIN }, { "Unauthorized", M2_BRAIN_LOGIN },
        { "Forbidden", M2_BRAIN_LOGIN },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (m2_str_has_ci(said, words[i].word))
            return words[i].fault;
    return M2_BRAIN_FAULTS;
}

static enum m2_brain_fault by_status(int status, bool login)
{
    if (status == 401 || status == 403 || (login && status == 400))
        return M2_BRAIN_LOGIN;
    if (status == 404 || (status >= 300 && status < 400))
        return M2_BRAIN_WRONG_URL;
    if (status >= 500)
        return M2_BRAIN_BROKEN;
    return status ? M2_BRAIN_REFUSED : M2_BRAIN_UNREACHED;
}

static bool says_no(const struct m2_value *output)
{
    const struct m2_value *success = m2_v_get(output, "success");
    return (m2_v_is(success, M2_BOOL) && !success->u.boolean) || m2_str_eq_ci(m2_v_text(success), "false");
}

enum m2_brain_fault m2_brain_call_fault(const struct m2_call *call)
{
    const struct m2_brain_fault_row *rows = m2_brain_faults();
    bool login = is_path(call->operation, "auth/login");
    if (call->status == M2_CALL_SKIPPED)
        return M2_BRAIN_STOPPED;
    if (call->status == M2_CALL_OK && !says_no(call->output))
        return M2_BRAIN_OK;
    for (int i = M2_BRAIN_UNREACHED; i < M2_BRAIN_FAULTS; i++)
        if (m2_str_eq(rows[i].name, call->code))
            return (enum m2_brain_fault)i;
    const char *said = call->status == M2_CALL_OK ? m2_v_str(call->output, "message") : call->message;
    enum m2_brain_fault fault = by_words(m2_str_or(said, ""));
    if (fault == M2_BRAIN_FAULTS)
        fault = by_words(m2_str_or(call->code, ""));
    if (fault != M2_BRAIN_FAULTS)
        return fault;
    return call->status == M2_CALL_OK ? (login ? M2_BRAIN_LOGIN : M2_BRAIN_REFUSED)
                                      : by_status(call->http_status, login);
}
