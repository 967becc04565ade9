/*
 * snapshot/collect_table.h — how rows of the collector tables are written, and the tables beside the first.
 */
#ifndef M2_SNAPSHOT_COLLECT_TABLE_H
#define M2_SNAPSHOT_COLLECT_TABLE_H

#include "snapshot/topic.h"

#define LIST(...)                                                                                            \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }
#define NOW                                                                                                  \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        NULL                                                                                                 \
    }
#define ROW(service_, operation_, after_, checks_) .pub = { service_, operation_, after_, checks_ }

const struct m2_collect_row *m2_collect_rows_of_history(size_t *n);

#endif
