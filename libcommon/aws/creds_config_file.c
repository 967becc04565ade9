/*
 * aws/creds_config_file.c — keys in the shared config file.
 */
#include "aws/config_files.h"
#include "aws/creds_static.h"

enum m2_cred_answer m2_cred_config_file(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    return m2_cred_static(out, c, m2_config_section(c->config, m2_cred_profile(c)), c->config->config_path,
                          err);
}
