/* support/fake.h — tests/fake/server.py, started for one test. */
#ifndef M2_TEST_FAKE_H
#define M2_TEST_FAKE_H

#include <stdbool.h>
#include <sys/types.h>

struct fake {
    pid_t pid;
    int stdin_fd, port;
    char url[64]; /* "http://127.0.0.1:PORT" */
};

/** Start the server with SCRIPT (JSON text, no line break needed); with CERT and KEY over TLS. False: there
 * is no python3. */
bool fake_start(struct fake *f, const char *script, const char *cert, const char *key);
void fake_stop(struct fake *f);

/** A socket that listens on loopback (port into *port), or is closed again when KEEP is false. */
int fake_port(int *port, bool keep);

#endif
