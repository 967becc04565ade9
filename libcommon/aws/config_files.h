/*
 * aws/config_files.h — where the shared files are and which profile is meant; parts of m2/awsconfig.h that
 * tests look at alone.
 */
#ifndef M2_AWS_CONFIG_FILES_H
#define M2_AWS_CONFIG_FILES_H

#include "m2/awsconfig.h"

/** Set config_path and credentials_path of C from the environment; `~` and `$VAR` are expanded. */
void m2_config_paths(struct m2_awsconfig *c, struct m2_arena *a);
/** Read and parse both files; a missing file is an empty one. Errors: M2_ECONFIG. */
int m2_config_read_files(struct m2_awsconfig *c, struct m2_arena *a, struct m2_err *err) M2_MUST_USE;
/** Set profile, profile_from_flag and profile_setting of C. */
void m2_config_choose_profile(struct m2_awsconfig *c);
/** "~" or "~/x" by HOME, "$VAR" and "${VAR}" by the environment; what is unset stays as it is. */
const char *m2_config_expand(struct m2_arena *a, const struct m2_sys *sys, const char *path);
/** HOME/NAME, or NULL when HOME is unset. */
const char *m2_config_home_file(struct m2_arena *a, const struct m2_sys *sys, const char *name);

/** Section of PROFILE in the config file, or NULL: [profile NAME], or [default]. */
const struct m2_ini_section *m2_config_section(const struct m2_awsconfig *c, const char *profile);
/** Section of PROFILE in the credentials file, or NULL. */
const struct m2_ini_section *m2_credentials_section(const struct m2_awsconfig *c, const char *profile);
/** Is VALUE "true", in any case? NULL is not. */
bool m2_config_is_true(const char *value);

#endif
