/* support/templatelab.h — templates as texts, and the findings that come out. */
#ifndef M2_TEST_TEMPLATELAB_H
#define M2_TEST_TEMPLATELAB_H

#include "account.h"

/* A snapshot that holds nothing but templates; free with account_close. */
void templates_open(struct account *ac);
/** Add a file; NESTED_IN (identity of the one above) and ID are NULL for a file of its own. */
void templates_add(struct account *ac, const char *path, const char *nested_in, const char *id,
                   const char *text);

/* A template and what CHECK must say of it. */
struct template_sample {
    const char *name;
    const char *text;   /* the file t.yaml; stack "lab", region us-east-1, 26 November 2026 */
    const char *nested; /* the file n.yaml, nested as N; or NULL */
    const char *check;
    enum m2_status status;
    const char *cause; /* NULL with a status other than fail and warn: CHECK then neither fails nor warns */
    const char *at;    /* the finding's resource: "t.yaml:3:5"; NULL: whatever it is */
};
void template_samples_run(const struct template_sample *samples, size_t n);

#endif
