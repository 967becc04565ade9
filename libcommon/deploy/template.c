/* The built-in template. */
#include "m2/deploy.h"
#include "m2/embed.h"

const char *m2_deploy_template(size_t *size_bytes)
{
    *size_bytes = m2_embedded_template[0].size;
    return m2_embedded_template[0].data;
}
