/* support/fakenet.h — an m2_net whose answers come from a function of the test. Timers fire at once. */
#ifndef M2_TEST_FAKENET_H
#define M2_TEST_FAKENET_H

#include "m2/net.h"

struct fakenet_answer {
    int status;
    const char *body;  /* NULL: "" */
    const char *date;  /* Date header, or NULL */
    enum m2_errc fail; /* not M2_OK: no answer, this error */
};
typedef struct fakenet_answer fakenet_respond(void *user, const struct m2_request *req);

struct fakenet {
    struct m2_net net;
    fakenet_respond *respond;
    void *user;
    unsigned timers; /* fired so far */
    struct {
        const struct m2_request *req;
        m2_net_done *done;
        m2_net_timer *fire;
        void *user;
    } waiting[16];
    size_t n_waiting;
};

void fakenet_init(struct fakenet *f, fakenet_respond *respond, void *user);
/** Value of request header NAME, or NULL. */
const char *fakenet_header(const struct m2_request *req, const char *name);

#endif
